import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { compare, type Progress, parseReport, render, run, thorough, watch } from '../../src/index.js';
import { inspect } from '../../src/library/run.js';
import { compileC, startC } from '../servers/launch.js';
import { parseReport as validated } from '../support/churn.js';

async function listening(server: Server): Promise<Server> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

/** Reads the end of every connection and keeps its own side open. */
async function withForgetfulServer(use: (server: Server) => Promise<void>): Promise<void> {
  const kept: Socket[] = [];
  const server = await listening(createServer({ allowHalfOpen: true }, socket => kept.push(socket.resume())));
  try {
    await use(server);
  } finally {
    for (const socket of kept) socket.destroy();
    server.close();
  }
}

/** Children of this process that make cycles. */
function cycleChildren(): string[] {
  const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return pids.filter(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('cycle-child');
    } catch {
      return false;
    }
  });
}

describe('the library', () => {
  it('watches a server while a program loads it', async () => {
    const server = await startC('poll', ['--fault', 'no-close']);
    try {
      const command = [
        process.execPath,
        '-e',
        `
        const { connect } = require('node:net');
        let left = 200;
        const next = () => left-- > 0 && connect(${server.port}, '127.0.0.1', function () { this.destroy(); }).on('close', next);
        next();`,
      ];
      const report = await watch({ port: server.port, command, settle: '300ms', confirm: false });
      assert.equal(report.verdict, 'fail', report.summary);
      assert.equal(report.watch?.status, 0);
    } finally {
      await server.stop();
    }
  });

  it('does not watch without an end', async () => {
    await assert.rejects(watch({ port: 1 }), /watch\(\) has no end/);
  });

  it('starts a server, judges it and stops it', async () => {
    const command = [await compileC('poll'), '--port', '{port}'];
    const report = await run({ command, port: 'auto', cycles: 100, confirm: false });
    assert.deepEqual(report.findings, []);
    assert.equal(report.server?.stopped.how, 'term');
    assert.deepEqual(report.tool.command.slice(-3), ['--', ...command].slice(-3));
  });

  it('passes a clean server of its own process, though the test has sockets of its own', async () => {
    const server = await listening(createHttpServer((_, response) => response.end('hello')));
    const { port } = server.address() as { port: number };
    const own = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'));
    await Promise.all(own.map(socket => once(socket, 'connect')));
    try {
      const report = await run({ server, cycles: 300, budget: '1s' });
      // A second is too short to decide on its memory.
      assert.deepEqual(report.findings, []);
      assert.deepEqual(report.target?.pids, [process.pid]);
      assert.equal(report.before?.fds, report.after?.fds);
      assert.equal(report.after?.children, 0);
      assert.deepEqual(report.tool.command.slice(0, 4), ['--cycles', '300', '--budget', '1s']);
      validated(JSON.stringify(report));
    } finally {
      for (const socket of own) socket.destroy();
      server.close();
    }
  });

  it('names what a server of its own process forgets, and no more', async () => {
    await withForgetfulServer(async server => {
      const report = await run({ server, cycles: 100, settle: '300ms', confirm: false });
      assert.equal(report.verdict, 'fail');
      assert.deepEqual(
        report.findings.map(({ kind, count }) => [kind, count]),
        [['fd', 110]],
      );
    });
  });

  it('judges a server elsewhere by the same options, and tells how far it is', async () => {
    const server = await startC('poll', ['--fault', 'no-close', '--every', '10']);
    const seen: Progress[] = [];
    try {
      const report = await run({
        port: server.port,
        pid: server.pid,
        cycles: 100,
        client: ['fin', 'rst'],
        seed: 7,
        allow: { fd: 1_000 },
        confirm: false,
        onProgress: progress => void seen.push(progress),
      });
      assert.equal(report.verdict, 'pass');
      assert.deepEqual(
        report.allowed.map(({ kind }) => kind),
        ['fd'],
      );
      assert.equal(report.seed, 7);
      assert.ok(seen.some(({ phase }) => phase === 'cycles'));
      assert.match(await render(report), /^PASS {2}100 cycles, allowed: fd/m);
      assert.equal(parseReport(await render(report, 'json')).verdict, 'pass');
      assert.equal(compare(report, report).verdict, 'not-worse');
    } finally {
      await server.stop();
    }
  });

  it('tries every client in turn', async () => {
    const server = await startC('poll');
    try {
      const { findings, runs = [] } = await thorough({ port: server.port, cycles: 10, confirm: false });
      assert.deepEqual(findings, []);
      assert.ok(runs.length >= 14);
    } finally {
      await server.stop();
    }
  });

  it('looks at a server without a connection to it', async () => {
    const server = await listening(createServer());
    try {
      const { processes, address } = await inspect({ server });
      assert.equal(processes[0]?.pid, process.pid);
      assert.equal(processes[0]?.fdKinds['tcp LISTEN'], 1);
      assert.equal(address, `127.0.0.1:${(server.address() as { port: number }).port}`);
    } finally {
      server.close();
    }
  });

  it('is cancelled by a signal, and leaves no process behind', async () => {
    const server = await startC('poll');
    const controller = new AbortController();
    const reason = new Error('enough');
    try {
      const running = run({
        port: server.port,
        duration: '1m',
        signal: controller.signal,
        onProgress: ({ phase }) => phase === 'cycles' && controller.abort(reason),
      });
      await assert.rejects(running, reason);
      assert.deepEqual(cycleChildren(), []);
      await assert.rejects(run({ port: server.port, signal: AbortSignal.abort(reason) }), reason);
    } finally {
      await server.stop();
    }
  });

  it('ends with the process that called it, even by SIGKILL', async () => {
    const server = await startC('poll');
    const program = new URL('../../src/index.js', import.meta.url).href;
    const caller = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { run } from ${JSON.stringify(program)};
        let told = false;
        await run({ port: ${server.port}, duration: '10m', onProgress: ({ phase }) => {
          if (phase === 'cycles' && !told) console.log('cycling');
          told ||= phase === 'cycles';
        } });`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      await once(caller.stdout, 'data');
      const [child = ''] = readFileSync(`/proc/${caller.pid}/task/${caller.pid}/children`, 'utf8')
        .trim()
        .split(' ');
      assert.match(readFileSync(`/proc/${child}/cmdline`, 'utf8'), /cycle-child/);
      const startTime = () => readFileSync(`/proc/${child}/stat`, 'utf8').split(' ')[21];
      const started = startTime();
      caller.kill('SIGKILL');
      await once(caller, 'exit');
      await waitUntil(() => {
        try {
          return startTime() !== started || / Z /.test(readFileSync(`/proc/${child}/stat`, 'utf8'));
        } catch {
          return true;
        }
      });
    } finally {
      caller.kill('SIGKILL');
      await server.stop();
    }
  });

  it('has a child that ends when nobody is there to ask it', async () => {
    const child = fork(new URL('../../src/library/cycle-child.js', import.meta.url), [], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.disconnect();
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
});

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(resolve => setTimeout(resolve, 5));
}

const REFUSED: ReadonlyArray<readonly [what: string, options: object, code: string, says: RegExp]> = [
  ['a name that is no option', { port: 9_000, cylces: 10 }, 'usage', /no option "cylces"/],
  ['a name of the command line', { port: 9_000, 'fail-on': ['fd'] }, 'usage', /no option "fail-on"/],
  ['no server at all', { cycles: 10 }, 'usage', /No server was named/],
  ['a number that is none', { port: 9_000, cycles: 'many' }, 'usage', /--cycles expects a whole number/],
  ['a server that does not listen', { server: createServer() }, 'nothing-listens', /does not listen/],
];

for (const [what, options, code, says] of REFUSED) {
  it(`${what} is refused with ${code}`, async () => {
    await assert.rejects(run(options), { name: 'ChurnError', code, message: says });
  });
}
