import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Report, ReportedFinding } from '../../src/report/report.js';
import type { Touch } from '../../src/where/found.js';
import { startC } from '../servers/launch.js';
import { churn } from '../support/churn.js';

/** A line of a source file of test/servers/c, by a piece of its text that stands there once. */
type Line = readonly [file: string, text: string];

const ACCEPT: Line = ['zoo.c', 'int fd = accept4(listener'];
/** Blocking models read in one function, loops in another; epoll takes the socket out of its set before it is forgotten. */
const READ: Line = ['zoo.c', 'recv(c->fd, buffer'];
const PUMP: Line = ['zoo.c', 'recv(s->conn.fd, s->buffer'];
const REMOVE: Line = ['epoll.c', 'epoll_ctl(epfd, EPOLL_CTL_DEL, client->conn.fd'];
const CONTROL: Line = ['prefork_epoll.c', 'epoll_ctl(epfd, operation, fd'];
const FORK: Line = ['zoo.c', 'pid = fork();'];

const MODELS: Readonly<Record<string, Line>> = {
  iterative: READ,
  thread: READ,
  thread_pool: READ,
  fork: READ,
  prefork: READ,
  poll: PUMP,
  select: PUMP,
  epoll: REMOVE,
  prefork_epoll: CONTROL,
};

interface Row {
  readonly model: string;
  readonly fault: string;
  readonly client: string;
  readonly kind: ReportedFinding['kind'];
  readonly made: Line;
  /** undefined: not touched after it was made. */
  readonly last: Line | undefined;
}

const ROWS: readonly Row[] = [
  ...Object.entries(MODELS).flatMap(([model, last]) => [
    { model, fault: 'no-close-eof', client: 'fin', kind: 'fd' as const, made: ACCEPT, last },
    { model, fault: 'no-close-rst', client: 'rst', kind: 'fd' as const, made: ACCEPT, last },
  ]),
  {
    model: 'poll',
    fault: 'file',
    client: 'fin',
    kind: 'fd',
    made: ['zoo.c', 'open(P_tmpdir, O_TMPFILE'],
    last: undefined,
  },
  {
    model: 'epoll',
    fault: 'pipe',
    client: 'fin',
    kind: 'fd',
    made: ['zoo.c', 'if (pipe2(pair'],
    last: undefined,
  },
  {
    model: 'epoll',
    fault: 'dup',
    client: 'fin',
    kind: 'fd',
    made: ['zoo.c', 'fcntl(c->fd, F_DUPFD_CLOEXEC'],
    last: undefined,
  },
  { model: 'fork', fault: 'zombie', client: 'fin', kind: 'zombie', made: FORK, last: ['fork.c', '_exit(0)'] },
  {
    model: 'fork',
    fault: 'child-stays',
    client: 'fin',
    kind: 'child',
    made: FORK,
    last: ['zoo.c', '    close(c->fd);\n'],
  },
  {
    model: 'thread',
    fault: 'thread-stays',
    client: 'fin',
    kind: 'thread',
    made: ['thread.c', 'if (pthread_create(&thread, kind'],
    last: ['zoo.c', '    close(c->fd);\n'],
  },
  {
    model: 'thread',
    fault: 'thread-unjoined',
    client: 'fin',
    kind: 'mapping',
    made: ['thread.c', 'if (pthread_create(&thread, kind'],
    last: undefined,
  },
  {
    model: 'poll',
    fault: 'mmap',
    client: 'fin',
    kind: 'mapping',
    made: ['zoo.c', 'mmap(NULL, sysconf(_SC_PAGESIZE)'],
    last: undefined,
  },
];

for (const { model, fault, client, kind, made, last } of ROWS) {
  test(`${model} with ${fault}: the line that made what is kept, and the line that touched it last`, async context => {
    // With all of them it would come to 1024, where select(2) ends and the model closes what it accepts.
    const every = model === 'select' ? 4 : 1;
    const server = await startC(model, ['--fault', fault, '--every', `${every}`]);
    try {
      const run = await churn([
        '--port',
        `${server.port}`,
        '--client',
        client,
        '--cycles',
        '100',
        '--where',
        '--json',
      ]);
      const report = JSON.parse(run.stdout) as Report;
      const finding = report.findings.find(found => found.kind === kind);
      assert.ok(finding, `no finding of ${kind}: ${report.summary}`);
      const [place] = finding.where ?? [];
      assert.ok(place, `nothing was told: ${finding.whereRemarks?.join(' ')}`);
      const [expectedMade, expectedLast] = [lineOf(made), last && lineOf(last)];
      context.diagnostic(
        `made ${expectedMade}, said ${lineIn(place.made)}; touched ${expectedLast}, said ${lineIn(place.last)}`,
      );
      assert.equal(lineIn(place.made), expectedMade);
      assert.equal(lineIn(place.last), expectedLast);
      assert.ok(place.count >= (0.9 * place.of) / every - 1, `${place.count} of ${place.of}`);
    } finally {
      await server.stop();
    }
  });
}

/** "zoo.c:564" */
function lineOf([file, text]: Line): string {
  const source = readFileSync(new URL(`../../../test/servers/c/${file}`, import.meta.url), 'utf8');
  const at = source.indexOf(text);
  assert.ok(at >= 0, `${file} has no ${text}`);
  return `${file}:${source.slice(0, at).split('\n').length}`;
}

function lineIn(touch: Touch | null): string | undefined {
  const frame = touch?.frames[0];
  return frame && `${frame.file?.split('/').at(-1)}:${frame.line}`;
}
