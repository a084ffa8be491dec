import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InspectedProcess, type Inspection, renderInspection } from '../../src/report/inspection.js';

const master: InspectedProcess = {
  pid: 100,
  parentPid: 1,
  comm: 'nginx: master',
  ageMs: 4 * 3_600_000 + 300_000,
  threads: 1,
  mappings: 30,
  rssBytes: 4_194_304,
  anonBytes: 2_097_152,
  fds: 7,
  fdKinds: { device: 3, 'tcp LISTEN': 1, socket: 3 },
  names: [],
  sleepsIn: { rt_sigsuspend: 1 },
};
const worker = {
  ...master,
  pid: 101,
  parentPid: 100,
  comm: 'nginx: worker',
  threads: 4,
  rssBytes: null,
  anonBytes: null,
  fds: 512,
  fdKinds: { 'tcp CLOSE_WAIT': 512 },
  names: [
    { name: '← 10.0.0.7', count: 6 },
    { name: '→ 10.0.0.9:5432', count: 1 },
    { name: '/var/log/app.log', count: 1 },
  ],
  sleepsIn: { epoll_wait: 1, futex: 3 },
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

  pid 100  nginx: master  up 4 h 5 min, 1 thread, 4.0 MiB resident (2.0 MiB its own)
      7 fds (1 % of the limit): 3 device, 1 tcp LISTEN, 3 socket
      threads sleep in 1 rt_sigsuspend
    └ pid 101  nginx: worker  up 4 h 5 min, 4 threads
        512 fds (50 % of the limit): 512 tcp CLOSE_WAIT
        tcp CLOSE_WAIT: the client has closed, the server has not: forgotten, if it stays so
        6 ← 10.0.0.7, 1 → 10.0.0.9:5432, 1 × /var/log/app.log
        threads sleep in 1 epoll_wait, 3 futex
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

test('colour is for what ought not to stay, and for a limit that is near', () => {
  const text = renderInspection(server, 1);
  assert.match(text, /\u001b\[33m512 fds \(50 % of the limit\)\u001b\[39m/);
  assert.match(text, /\u001b\[33m +tcp CLOSE_WAIT: the client has closed/);
  assert.equal(text.replaceAll(/\u001b\[\d+m/g, ''), renderInspection(server));
});
