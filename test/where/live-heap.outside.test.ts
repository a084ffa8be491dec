import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findInodes } from '../../src/proc/fds.js';
import type { Report } from '../../src/report/report.js';
import { listTcpListeners } from '../../src/target/listener.js';
import { launch, type Running } from '../servers/launch.js';
import { churnJson } from '../support/churn.js';

const SERVER = new URL('../../../test/servers/where/heap.mjs', import.meta.url).pathname;
const NET = new URL('../../../test/servers/node/net.mjs', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'churn-where-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Time that a machine that is busy ten times over needs; nobody waits for it elsewhere. */
const LONG = ['--budget', '90s'];

interface Row {
  readonly what: string;
  readonly command: readonly string[];
  readonly verdict: Report['verdict'];
  /** Bytes of each connection that are told. */
  readonly perCycle?: readonly [least: number, most: number];
}

const ROWS: readonly Row[] = [
  { what: 'a clean echo server is proved clean', command: [NET], verdict: 'pass' },
  { what: 'a clean HTTP server is', command: [SERVER, 'clean'], verdict: 'pass' },
  {
    what: 'sessions of 1 KiB in a Map are a leak',
    command: [SERVER, 'sessions', '1024'],
    verdict: 'fail',
    perCycle: [1_024, 3_000],
  },
  {
    what: 'a listener for each request is',
    command: [SERVER, 'listener'],
    verdict: 'fail',
    perCycle: [250, 1_000],
  },
];

describe('what is alive in the heap of a Node', { concurrency: 1 }, () => {
  for (const { what, command, verdict, perCycle } of ROWS)
    it(`decides: ${what}`, async context => {
      const report = await reportOf(command, LONG);
      const memory = report.findings.find(({ kind }) => kind === 'memory');
      const { connections, memory: reasons } = report.reasoning ?? {};
      context.diagnostic(
        `${report.verdict} after ${connections?.made} connections, ${Math.round(reasons?.heap?.low ?? Number.NaN)} to ${Math.round(reasons?.heap?.high ?? Number.NaN)} B each`,
      );
      assert.equal(report.verdict, verdict, report.summary);
      assert.ok(reasons?.heap, 'the heap was not read');
      if (verdict === 'pass') assert.match(report.notes.join(), /Memory was judged by the live heap/);
      if (perCycle) {
        const told = memory?.perCycle ?? 0;
        assert.ok(told >= perCycle[0] && told <= perCycle[1], String(told));
      }
    });

  it('is no leak where a timer may let it go: sessions with half a minute to live', async () => {
    const report = await reportOf([SERVER, 'lend', '1024'], ['--budget', '10s']);
    assert.notEqual(report.verdict, 'fail', report.summary);
    assert.notEqual(report.verdict, 'pass', report.summary);
  });

  it('is not asked for where the program uses the signal itself, which is told', async () => {
    const file = join(folder, 'catches.mjs');
    writeFileSync(
      file,
      `import { createServer } from 'node:net';
process.on('SIGUSR1', () => process.exit(7));
const server = createServer(socket => socket.resume().on('error', () => {}));
server.listen(0, '127.0.0.1', () => console.log('ready', server.address().port, process.pid));
`,
    );
    const report = await reportOf([file], ['--budget', '200ms']);
    assert.equal(report.verdict, 'undecided', report.summary);
    assert.match(report.notes.join(), /could not be read\. The program itself uses SIGUSR1/);
  });
});

/** The server has to serve on in the end, and nothing of the inspector may be left in it. */
async function reportOf(command: readonly string[], args: readonly string[]): Promise<Report> {
  const server: Running = await launch([process.execPath, '--inspect-port=127.0.0.1:0', ...command]);
  try {
    const url = command[0] === SERVER ? `http://127.0.0.1:${server.port}/` : `${server.port}`;
    const { report } = await churnJson([url, '--where', ...args]);
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    const listeners = new Set(listTcpListeners('self').map(({ inode }) => inode));
    const own = findInodes(server.pid, listeners);
    assert.equal(typeof own === 'string' ? own : own.size, 1);
    return report;
  } finally {
    await server.stop();
  }
}
