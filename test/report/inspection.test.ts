import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InspectedProcess, type Inspection, renderInspection } from '../../src/report/inspection.js';

const master: InspectedProcess = {
  pid: 100,
  parentPid: 1,
  comm: 'nginx: master',
  threads: 1,
  mappings: 30,
  rssBytes: 4_194_304,
  anonBytes: 2_097_152,
  fds: 7,
  fdKinds: { device: 3, 'tcp LISTEN': 1, socket: 3 },
};
const worker = {
  ...master,
  pid: 101,
  parentPid: 100,
  comm: 'nginx: worker',
  threads: 4,
  rssBytes: null,
  anonBytes: null,
  fds: 1,
  fdKinds: { device: 1 },
};
const server: Inspection = {
  address: '127.0.0.1:80',
  listeners: ['0.0.0.0:80', '[::]:80'],
  command: ['nginx', '-g', 'daemon off;'],
  limits: { openFiles: 1_024, processes: null },
  processes: [master, worker],
  zombies: 0,
};

test('an inspection shows who listens, the limits, and the tree with what each process holds', () => {
  assert.equal(
    renderInspection(server),
    `churn inspect 127.0.0.1:80  ·  nginx -g 'daemon off;'

  listens on  0.0.0.0:80, [::]:80
  limits      1024 open files, unlimited processes (per process, soft)

  pid 100  nginx: master  1 thread, 4.0 MiB resident (2.0 MiB its own)
      7 fds: 3 device, 1 tcp LISTEN, 3 socket
    └ pid 101  nginx: worker  4 threads
        1 fd: 1 device
`,
  );
});

test('zombies are shown where there are any', () => {
  assert.match(renderInspection({ ...server, zombies: 3 }), /\n {2}zombies {5}3\n/);
});

test('names from outside are harmless', () => {
  const hostile = '0 leaks\u001b[2J\n';
  const text = renderInspection({
    ...server,
    address: hostile,
    command: [hostile],
    listeners: [hostile],
    processes: [{ ...master, comm: hostile }],
  });
  assert.doesNotMatch(text, /0 leak|no leak|\u001b/);
  assert.equal(
    text.split('\n').length,
    renderInspection({ ...server, processes: [master] }).split('\n').length,
  );
});
