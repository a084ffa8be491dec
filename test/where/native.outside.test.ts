import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report, ReportedFinding } from '../../src/report/report.js';
import type { Frame } from '../../src/where/found.js';
import { compileC, launch, type Running, startC } from '../servers/launch.js';
import { type ChurnOptions, churn, churnJson, startChurn } from '../support/churn.js';

const SERVERS = new URL('../../../test/servers/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'churn-where-'));
after(() => rmSync(folder, { recursive: true, force: true }));

for (const [how, flags] of [
  ['for any address', ['-O2', '-g']],
  ['for a fixed address', ['-O2', '-g', '-no-pie', '-fno-pie']],
] as const)
  test(`functions that were inlined into a program ${how} are told by name and line, and so is the way of those that were closed`, async () => {
    const server = await launch([compile('g++', 'inlined.cc', `inlined-${flags.length}`, flags)]);
    await using(server, async () => {
      const { where: [place] = [] } = await fdOf(server);
      assert.ok(place);
      assert.equal(named(place.made?.frames[0]), `admit inlined.cc:${lineOf('inlined.cc', 'marker: made')}`);
      assert.equal(
        named(place.last?.frames[0]),
        `heard inlined.cc:${lineOf('inlined.cc', 'marker: touched')}`,
      );
      assert.equal(
        named(place.letGo?.by.frames[0]),
        `drop inlined.cc:${lineOf('inlined.cc', 'marker: closed')}`,
      );
      assert.ok(
        place.last?.frames[0]?.source.some(({ marked, text }) => marked && text.includes('marker: touched')),
      );
    });
  });

test('of a program that was stripped addresses are told, and how to get lines', async () => {
  const server = await launch([compile('g++', 'inlined.cc', 'stripped', ['-O2', '-s'])]);
  await using(server, async () => {
    const { where: [place] = [], whereRemarks = [] } = await fdOf(server);
    assert.match(place?.last?.frames[0]?.at ?? '', /^stripped\+0x[0-9a-f]+$/);
    assert.equal(place?.last?.frames[0]?.line, null);
    assert.match(whereRemarks.join(), /compile it with -g/);
  });
});

test('of a server that hangs the call that it sleeps in is told, and on what', async () => {
  const server = await startC('iterative', ['--fault', 'stop-accepting', '--at', '20']);
  await using(server, async () => {
    const { report } = await churnJson([
      '--port',
      `${server.port}`,
      '--cycles',
      '50',
      '--timeout',
      '1s',
      '--where',
    ]);
    const hang = report.findings.find(({ kind }) => kind === 'hang');
    const [place] = hang?.where ?? [];
    assert.equal(place?.last?.call, 'poll');
    assert.match(named(place?.last?.frames[0]), /^hang zoo\.c:\d+$/);
  });
});

test('a server of a thousand threads is attached to, and told of', async () => {
  const server = await launch([compile('gcc', 'threads.c', 'threads', ['-g', '-pthread'])]);
  await using(server, async () => {
    const { where: [place] = [] } = await fdOf(server);
    assert.equal(named(place?.last?.frames[0]), `main threads.c:${lineOf('threads.c', 'marker: touched')}`);
  });
});

test('without --where nobody traces the server, and the next command asks for it', async () => {
  const server = await startC('poll', ['--fault', 'no-close-eof']);
  await using(server, async () => {
    const run = churnJson(['--port', `${server.port}`, '--cycles', '200']);
    const tracers = await tracersOf(server.pid, run);
    const { report } = await run;
    assert.deepEqual(tracers, []);
    assert.equal(report.findings[0]?.next, `churn --port ${server.port} --where`);
    assert.equal(report.findings[0]?.where, undefined);
  });
});

test('where strace is not installed that is a sentence, and the verdict stands', async () => {
  const server = await startC('poll', ['--fault', 'no-close-eof']);
  await using(server, async () => {
    const programs = join(folder, 'programs');
    execFileSync('mkdir', ['-p', programs]);
    for (const name of ['setpriv', 'env', 'ss', 'prlimit'])
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(programs, name));
    const args = ['--port', `${server.port}`, '--cycles', '100', '--where'];
    const { report, status } = await churnJson(args, { env: { PATH: programs } });
    assert.equal(status, 1);
    assert.deepEqual(report.findings[0]?.where, []);
    assert.match(report.findings[0]?.whereRemarks?.join() ?? '', /apt-get install strace/);
  });
});

test('a server that a debugger has stopped at is not taken from it', async () => {
  const server = await startC('poll', ['--fault', 'no-close-eof']);
  await using(server, async () => {
    const other = spawn('strace', ['-f', '-e', 'trace=none', '-o', '/dev/null', '-p', `${server.pid}`], {
      stdio: 'ignore',
    });
    try {
      while (tracerOf(server.pid) === 0) await sleep(5);
      const finding = await fdOf(server);
      assert.match(finding.whereRemarks?.join() ?? '', new RegExp(`has a tracer already, pid ${other.pid}`));
      assert.equal(tracerOf(server.pid), other.pid);
    } finally {
      const gone = once(other, 'exit');
      other.kill();
      await gone;
    }
  });
});

test('where ptrace(2) is refused, as in a container, that is a sentence, and the verdict stands', async () => {
  const refusing = compile('gcc', 'no_ptrace.c', 'no-ptrace', []);
  const server = await startC('poll', ['--fault', 'no-close-eof']);
  await using(server, async () => {
    const finding = await fdOf(server, { through: [refusing] });
    assert.deepEqual(finding.where, []);
    assert.match(finding.whereRemarks?.join() ?? '', /CAP_SYS_PTRACE/);
  });
});

/** A program of somebody else, that it runs as, whoever starts it. */
function setuidCopy(program: string): string {
  const copy = join(folder, 'setuid');
  copyFileSync(program, copy);
  chownSync(copy, NOBODY, NOBODY);
  chmodSync(copy, 0o4755);
  chmodSync(folder, 0o755);
  return copy;
}

const NOBODY = 65_534;
const LEAKS = ['--fault', 'no-close-eof'];

for (const [where, start] of [
  ['that is setuid', async () => [setuidCopy(await compileC('poll')), ...LEAKS]],
  [
    'of another user',
    async () => [...`setpriv --reuid ${NOBODY} --clear-groups`.split(' '), await compileC('poll'), ...LEAKS],
  ],
  [
    'that filters its calls',
    async () => [compile('gcc', 'no_ptrace.c', 'filtered', []), await compileC('poll'), ...LEAKS],
  ],
  [
    'in a namespace of pids and of mounts',
    async () => [
      ...'unshare --pid --fork --mount-proc --kill-child'.split(' '),
      await compileC('poll'),
      ...LEAKS,
    ],
  ],
] as const)
  test(`of a server ${where} the lines are told to root, and nothing stays attached`, async context => {
    if (process.getuid?.() !== 0) return context.skip('this takes root');
    const server = await launch(await start());
    await using(server, async () => {
      const { report } = await churnJson(['--port', `${server.port}`, '--cycles', '100', '--where']);
      const [finding] = report.findings;
      const frame = finding?.where?.[0]?.last?.frames[0];
      assert.match(named(frame), /^\w+ zoo\.c:\d+$/, finding?.whereRemarks?.join());
      for (const pid of report.target?.pids ?? []) assert.equal(tracerOf(pid), 0);
    });
  });

test('strace that is killed half-way leaves a report, and a server that goes on serving', async () => {
  const server = await startC('thread', ['--fault', 'no-close-eof']);
  await using(server, async () => {
    const run = churnJson(['--port', `${server.port}`, '--cycles', '100', '--where']);
    await tracersOf(server.pid, run, tracer => process.kill(tracer, 'SIGKILL'));
    const { report, status } = await run;
    assert.equal(status, 1);
    assert.equal(report.findings[0]?.kind, 'fd');
    assert.ok((report.findings[0]?.whereRemarks?.length ?? 0) > 0);
  });
});

test('a churn that is killed half-way leaves nobody attached', async () => {
  const server = await startC('thread', ['--fault', 'no-close-eof']);
  await using(server, async () => {
    const run = startChurn(['--port', `${server.port}`, '--cycles', '100', '--where']);
    const gone = once(run, 'exit');
    await tracersOf(server.pid, gone, () => run.kill('SIGKILL'));
    await gone;
    while (tracerOf(server.pid) !== 0) await sleep(5);
  });
});

test('a server that dies while it is traced leaves its report', async () => {
  const server = await startC('thread', ['--fault', 'no-close-eof']);
  const run = churnJson(['--port', `${server.port}`, '--cycles', '100', '--where']);
  await tracersOf(server.pid, run, () => process.kill(server.pid, 'SIGKILL'));
  const { report, status } = await run;
  await server.stop();
  assert.equal(status, 1);
  assert.equal(report.findings[0]?.kind, 'fd');
});

test('the annotation of GitHub stands on the line of code', async () => {
  const server = await startC('poll', ['--fault', 'no-close-eof']);
  await using(server, async () => {
    const args = ['--port', `${server.port}`, '--cycles', '100', '--where', '--reporter', 'github'];
    const { stdout } = await churn(args);
    assert.match(stdout, /^::error file=[^,]*zoo\.c,line=\d+,title=churn fd/m);
  });
});

/** Runs a test against a server, which has to serve on in the end and to be traced by nobody. */
async function using(server: Running, body: () => Promise<void>): Promise<void> {
  try {
    await body();
    if (server.child.exitCode === null) await requireServing(server);
    assert.equal(tracerOf(server.pid), 0);
  } finally {
    await server.stop();
  }
}

async function requireServing({ port }: Running): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}

async function fdOf({ port }: Running, options: ChurnOptions = {}): Promise<ReportedFinding> {
  const { report } = await churnJson(['--port', `${port}`, '--cycles', '100', '--where'], options);
  const finding = report.findings.find(({ kind }) => kind === 'fd');
  assert.ok(finding, summaryOf(report));
  return finding;
}

function summaryOf({ summary }: Report): string {
  return summary;
}

/** Who has traced a process until something was over; the first of them is told of at once. */
async function tracersOf(
  pid: number,
  until: Promise<unknown>,
  onFirst?: (tracer: number) => void,
): Promise<number[]> {
  let isOver = false;
  void until.then(() => {
    isOver = true;
  });
  const seen = new Set<number>();
  while (!isOver) {
    const tracer = tracerOf(pid);
    if (tracer > 0 && seen.size === 0) onFirst?.(tracer);
    if (tracer > 0) seen.add(tracer);
    await sleep(1);
  }
  return [...seen];
}

/** 0 where nobody does, or the process is gone. */
function tracerOf(pid: number): number {
  try {
    return Number(/^TracerPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return 0;
  }
}

function compile(compiler: string, source: string, name: string, flags: readonly string[]): string {
  const program = join(folder, name);
  execFileSync(compiler, [...flags, '-Wall', '-o', program, join(SERVERS, 'where', source)]);
  return program;
}

function lineOf(file: string, marker: string): number {
  const text = readFileSync(join(SERVERS, 'where', file), 'utf8');
  assert.ok(text.includes(marker), marker);
  return text.slice(0, text.indexOf(marker)).split('\n').length;
}

function named(frame: Frame | undefined): string {
  return `${(frame?.function ?? '').replace(/^.*::|\(.*$/g, '')} ${basename(frame?.file ?? '')}:${frame?.line}`;
}
