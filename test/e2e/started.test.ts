import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/report/report.js';
import { compileC } from '../servers/launch.js';
import { compileLife } from '../servers/life/compile.js';
import { freePort } from '../servers/real/free-port.js';
import { churn, churnJson, parseReport } from '../support/churn.js';
import { untilConnected } from '../support/connected.js';
import { brand, childrenOf } from '../support/survivors.js';

const folder = mkdtempSync(join(tmpdir(), 'churn-started-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const BIN = fileURLToPath(new URL('../../../bin/churn.js', import.meta.url));

/** A start and a stop need no further cycles, which would be a hundred times as many as these. */
const FEW = ['--cycles', '100', '--no-confirm'];

/** Runs churn with a command, and holds that nothing of it is left, whatever came of it. */
async function judge(options: readonly string[], command: readonly string[], cycles = FEW) {
  const { env, survivors } = brand();
  const outcome = await churnJson([...cycles, ...options, '--', ...command], { env });
  assert.deepEqual(survivors(), [], 'nothing that was started survives');
  return outcome;
}

function notes({ notes }: Report): string {
  return notes.join('\n');
}

describe('a server that churn starts', () => {
  it('gets a free port in its arguments, is judged, stopped, and leaves its port free', async () => {
    const server = await compileC('poll');
    const { status, report } = await judge(['--port', 'auto'], [server, '--port', '{port}']);
    assert.equal(status, 0, report.summary);
    assert.equal(report.server?.command[2], String(report.server?.port));
    assert.equal(report.target?.pids[0], report.server?.pid, 'the process that was started is the server');
    const { stopped } = report.server ?? {};
    assert.deepEqual(
      {
        how: stopped?.how,
        portFree: stopped?.portFree,
        left: stopped?.leftBehind,
        survivors: stopped?.survivors,
      },
      { how: 'term', portFree: true, left: [], survivors: [] },
    );
  });

  it('gets its port in the environment', async () => {
    const script = "require('net').createServer(s => s.resume()).listen(Number(process.env.PORT))";
    const { status, report } = await judge(['--port', 'auto'], [process.execPath, '-e', script]);
    assert.equal(status, 0, report.summary);
    assert.equal(report.server?.stopped.signal, 'SIGTERM', 'Node does not catch it');
  });

  it('is found by what it listens on when no port is named', async () => {
    const { status, report } = await judge([], [await compileC('poll')]);
    assert.equal(status, 0, report.summary);
    assert.equal(report.target?.address, `127.0.0.1:${report.server?.port}`);
  });

  it('is found on a Unix socket', async () => {
    const path = join(folder, 'socket');
    const { status, report } = await judge(['--unix', path], [await compileC('poll'), '--unix', path]);
    assert.equal(status, 0, report.summary);
  });

  it('is started once, and its workers with it', async () => {
    const { status, report } = await judge(
      ['--port', 'auto'],
      [await compileC('prefork'), '--port', '{port}'],
    );
    assert.equal(status, 0, report.summary);
    assert.ok((report.before?.children ?? 0) > 0);
    assert.deepEqual(report.before?.children, report.after?.children);
  });

  it('is tried with every client in turn', async () => {
    const server = await compileC('poll');
    const { env, survivors } = brand();
    const args = [
      '--port',
      'auto',
      '--thorough',
      '--cycles',
      '24',
      '--no-confirm',
      '--',
      server,
      '--port',
      '{port}',
    ];
    const { status, report } = await churnJson(args, { env });
    assert.equal(status, 0, report.summary);
    assert.ok((report.runs?.length ?? 0) > 10);
    assert.equal(report.server?.stopped.how, 'term');
    assert.deepEqual(survivors(), []);
  });

  it('is started again and again with --repeat, and passes each time', async () => {
    const server = [await compileLife(), 'ok', String(await freePort())];
    const { status, report } = await judge(['--port', server[2] ?? '', '--repeat', '3'], server, [
      '--cycles',
      '100',
    ]);
    assert.equal(status, 0, report.error?.sentence ?? report.summary);
    assert.equal(report.server?.turn, 3);
    assert.match(notes(report), /started, tried and stopped 3 times, and passed each time/);
  });

  it('is not started again when it has failed', async () => {
    const server = [await compileC('poll'), '--port', '{port}', '--fault', 'no-close'];
    const { status, report } = await judge(['--port', 'auto', '--repeat', '3'], server);
    assert.equal(status, 1);
    assert.equal(report.server?.turn, 1);
  });

  it('gets the limit of descriptors that is asked for, with the pid that it was started with', async () => {
    const { report } = await judge(
      ['--port', 'auto', '--nofile', '64'],
      [await compileLife(), 'ok', '{port}'],
    );
    assert.equal(report.target?.limits.openFiles, 64);
    assert.equal(report.target?.pids[0], report.server?.pid);
  });

  it('is run without a shell', async () => {
    const { report } = await judge(['--port', 'auto'], [await compileLife(), 'ok; exit 3 $HOME', '{port}']);
    assert.equal(report.server?.command[1], 'ok; exit 3 $HOME');
  });
});

/** Each defect of a start, and the sentence for it. */
const REFUSED: ReadonlyArray<readonly [defect: string, code: string, says: RegExp]> = [
  ['dies', 'died-at-start', /died at start, after .* before it listened on port \d+: exit status 3/],
  ['aborts', 'died-at-start', /: signal SIGABRT \(abort\(\)/],
  [
    'returns',
    'died-at-start',
    /ended after .* with exit status 0, before it listened .* left nothing running/,
  ],
  ['never-listens', 'not-ready', /did not listen on port \d+ within 0.70 s.*It listens nowhere yet/s],
  ['listens-elsewhere', 'not-ready', /did not listen on port \d+.*It listens on port \d+: name that/s],
  ['silent-daemon', 'not-ready', /did not listen on port/],
];

describe('a start that fails', () => {
  for (const [defect, code, says] of REFUSED) {
    it(`is told for a server that ${defect}`, async () => {
      // Only who never gets ready is waited for in vain: the others may take their time on a busy machine.
      const options = ['--port', 'auto', '--ready-timeout', code === 'not-ready' ? '700ms' : '30s'];
      const { status, report } = await judge(options, [await compileLife(), defect, '{port}']);
      assert.equal(status, 2);
      assert.equal(report.error?.code, code);
      assert.match(`${report.error?.sentence}\n${report.error?.hint}`, says);
      assert.match(report.error?.output?.[0] ?? '', new RegExp(`life: ${defect}, port \\d+`));
    });
  }

  it('shows the last lines that the server wrote', async () => {
    const { stderr } = await churn(['--port', 'auto', '--', await compileLife(), 'dies', '{port}']);
    assert.match(stderr, /\n {2}\| no such database\n$/);
  });

  it('is told for a server that listens on two ports, unless one is named', async () => {
    const server = await compileLife();
    const port = String(await freePort());
    const { report } = await judge([], [server, 'two-ports', port]);
    assert.equal(report.error?.code, 'ambiguous-target');
    assert.match(report.error?.sentence ?? '', new RegExp(`listens on several ports: ${port}, \\d+\\.`));
    const named = await judge(['--port', port], [server, 'two-ports', port]);
    assert.equal(named.status, 0, named.report.summary);
  });

  it('is told where the port is taken already, and by whom', async () => {
    const other = spawn(await compileLife(), ['ok', String(await freePort())], { stdio: 'ignore' });
    const port = other.spawnargs[2] ?? '';
    try {
      while (!readFileSync('/proc/net/tcp', 'latin1').includes(`:${hex(Number(port))} `)) {
        assert.deepEqual([other.exitCode, other.signalCode], [null, null], 'it ended before it listened');
        await sleep(5);
      }
      const { status, report } = await judge(['--port', port], [await compileLife(), 'ok', port]);
      assert.equal(status, 2);
      assert.equal(report.error?.code, 'port-taken');
      assert.match(report.error?.sentence ?? '', new RegExp(`by process ${other.pid} \\(life`));
      assert.equal(other.exitCode, null, 'it was left alone');
    } finally {
      other.kill('SIGKILL');
    }
  });

  const script = join(folder, 'not-executable');
  writeFileSync(script, '#!/bin/sh\n');
  const PROGRAMS: ReadonlyArray<readonly [what: string, command: readonly string[], says: RegExp]> = [
    ['a program that is missing', ['./no-such-server'], /There is no program "\.\/no-such-server"/],
    ['a command in quotes', ['sleep 5'], /without a shell.*leave out the quotes/s],
    ['a file that is not executable', [script], /is not executable.*chmod \+x/s],
    ['no command', [], /There is no command behind --/],
  ];
  for (const [what, command, says] of PROGRAMS) {
    it(`is told for ${what}`, async () => {
      const { status, report } = await judge([], command);
      assert.equal(status, 2);
      assert.match(`${report.error?.sentence}\n${report.error?.hint}`, says);
    });
  }
});

describe('the end of a server', () => {
  it('is told by signal when it dies during the run', async () => {
    const server = [await compileC('poll'), '--port', '{port}', '--fault', 'crash-segv', '--at', '50'];
    const { status, report } = await judge(['--port', 'auto'], server);
    assert.equal(status, 1);
    const [crash] = report.findings;
    assert.equal(crash?.kind, 'crash');
    assert.match(crash?.cause ?? '', /^it ended with signal SIGSEGV/);
    assert.equal(report.server?.stopped.how, 'itself');
    assert.equal(report.server?.stopped.signal, 'SIGSEGV');
    assert.match(crash?.next ?? '', /^churn --port auto .* -- .*poll --port '\{port\}' --fault crash-segv/);
  });

  it('is told by exit status when it leaves during the run', async () => {
    const server = [await compileC('poll'), '--port', '{port}', '--fault', 'exit', '--at', '50'];
    const { report } = await judge(['--port', 'auto'], server);
    assert.match(report.findings[0]?.cause ?? '', /^it ended with exit status \d/);
  });

  it('shows the last lines that it wrote beside a failure, and all of them in a file', async () => {
    const file = join(folder, 'server.log');
    const server = [await compileC('poll'), '--port', '{port}', '--fault', 'no-close'];
    const args = ['--port', 'auto', ...FEW];
    const short = await churn([...args, '--', ...server]);
    assert.match(
      short.stdout,
      /the last that the server wrote \(all of it with --server-log FILE\):\n {2}\| ready \d+ \d+\n/,
    );
    const long = await churn([...args, '--server-log', file, '--', ...server]);
    assert.match(long.stdout, /all of it in /);
    assert.match(readFileSync(file, 'utf8'), /^ready \d+ \d+\n/);
  });

  it('is forced upon a server that ignores SIGTERM, and that is said', async () => {
    const server = [await compileLife(), 'ignores-term', '{port}'];
    const { status, report } = await judge(['--port', 'auto', '--grace', '300ms'], server);
    assert.equal(status, 0, report.summary);
    assert.equal(report.server?.stopped.how, 'kill');
    assert.equal(report.server?.stopped.signal, 'SIGKILL');
    assert.match(notes(report), /did not stop within 0.30 s of SIGTERM \(--grace\) and was killed/);
  });

  for (const defect of ['leaves-child', 'leaves-session']) {
    it(`comes to children that are left behind, too: ${defect}`, async () => {
      const { report } = await judge(['--port', 'auto'], [await compileLife(), defect, '{port}']);
      assert.equal(report.server?.stopped.leftBehind.length, 1);
      assert.match(
        notes(report),
        /left processes behind when it ended: \d+ \(life\d*\)\. They were stopped too/,
      );
    });
  }

  for (const defect of ['daemon', 'unmarked-daemon']) {
    it(`comes to a daemon that has left everything: ${defect}`, async () => {
      const { status, report } = await judge(['--port', 'auto'], [await compileLife(), defect, '{port}']);
      assert.equal(status, 0, report.summary);
      assert.equal(report.server?.daemon, true);
      assert.match(notes(report), /forked away as a daemon: process \d+ ended with exit status 0/);
    });
  }

  it('comes to nginx, which writes its title over its mark', async () => {
    const port = await freePort();
    const conf = join(folder, 'nginx.conf');
    const log = `error_log ${folder}/error.log; pid ${folder}/pid;`;
    writeFileSync(conf, `${log} events {} http { access_log off; server { listen 127.0.0.1:${port}; } }`);
    const nginx = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';
    const { status, report } = await judge(['--port', String(port)], [nginx, '-c', conf]);
    assert.equal(status, 0, report.summary);
    assert.equal(report.server?.daemon, true);
    assert.equal(isAlive(report.target?.pids[0] ?? 0), false);
    const elsewhere = await judge(['--port', 'auto', '--ready-timeout', '1s'], [nginx, '-c', conf]);
    assert.match(elsewhere.report.error?.hint ?? '', new RegExp(`listens on port ${port}`));
    assert.doesNotMatch(
      readFileSync('/proc/net/tcp', 'latin1'),
      new RegExp(`:${hex(port)} 00000000:0000 0A`),
    );
  });
});

describe('nothing survives', () => {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`${signal} during the cycles: what was measured is told, and the server is stopped`, async () => {
      const { run, survivors, port } = await startLong('leaves-session');
      await untilConnected(port, 50);
      let stdout = '';
      run.stdout.on('data', chunk => {
        stdout += chunk;
      });
      run.kill(signal);
      const [code] = await once(run, 'close');
      assert.equal(code, status);
      assert.equal(parseReport(stdout).interrupted, true);
      assert.deepEqual(survivors(), []);
    });
  }

  it('SIGINT while it is not ready yet', async () => {
    const { run, survivors } = await startLong('never-listens');
    run.kill('SIGINT');
    const [code] = await once(run, 'close');
    assert.equal(code, 130);
    assert.deepEqual(survivors(), []);
  });

  for (const defect of ['leaves-session', 'daemon', 'never-listens', 'ignores-term']) {
    it(`SIGKILL of churn itself: ${defect}`, async () => {
      const { run, survivors, pid } = await startLong(defect);
      const children = childrenOf(pid);
      run.kill('SIGKILL');
      await once(run, 'close');
      for (let turn = 0; survivors().length > 0 && turn < 500; turn++) await sleep(10);
      assert.deepEqual(survivors(), []);
      for (let turn = 0; children.some(isAlive) && turn < 500; turn++) await sleep(10);
      assert.deepEqual(children.filter(isAlive), [], 'nor does the watchdog');
    });
  }
});

/** A run that goes on until it is ended; resolves when its server is there. */
async function startLong(defect: string) {
  const { env, survivors } = brand();
  const server = await compileLife();
  const args = ['--port', 'auto', '--duration', '10m', '--json', '--ready-timeout', '10m'];
  const run = spawn(process.execPath, [BIN, ...args, '--', server, defect, '{port}'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  });
  after(() => run.kill('SIGKILL'));
  const wanted = defect === 'leaves-session' ? 2 : 1;
  for (let turn = 0; turn < 1_000; turn++) {
    const served = survivors()
      .map(commandOf)
      .filter(command => command.startsWith(`${server}\0`));
    const port = Number(served[0]?.split('\0')[2]);
    if (served.length >= wanted) return { run, survivors, port, pid: run.pid ?? 0 };
    await sleep(10);
  }
  throw new Error('the server has not started');
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
