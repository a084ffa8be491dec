import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { ReportedFinding } from '../../src/report/report.js';
import type { Frame } from '../../src/where/found.js';
import { compile, launch, type Running } from '../servers/launch.js';
import { freePort } from '../servers/real/free-port.js';
import { type ChurnOptions, churnJson } from '../support/churn.js';

const SERVERS = new URL('../../../test/servers/', import.meta.url).pathname;
const JAVA = join(SERVERS, 'where/Forgetful.java');
const GO = join(SERVERS, 'where/profiled.go');
const folder = mkdtempSync(join(tmpdir(), 'churn-where-'));
after(() => rmSync(folder, { recursive: true, force: true }));
/** Laid out as Maven does: the sources are found from where the classes are. */
const PROJECT = join(folder, 'project');
mkdirSync(join(PROJECT, 'src/main/java'), { recursive: true });
copyFileSync(JAVA, join(PROJECT, 'src/main/java/Forgetful.java'));
const CLASSES = join(PROJECT, 'target/classes');
execFileSync('javac', ['-d', CLASSES, JAVA]);

test('of a JVM the class is told of which every connection keeps an object', async () => {
  await using(await startJava('session'), async server => {
    const { where = [], whereRemarks } = await findingOf(server, 'memory', LONG);
    assert.deepEqual(
      where.slice(0, 2).map(({ what, count }) => [what, count]),
      [
        ['Forgetful$Session', 400],
        ['byte[] (JDK)', 400],
      ],
      whereRemarks?.join(),
    );
    assert.match(where[0]?.kept[0] ?? '', /^1 on each cycle, \d+ bytes$/);
  });
});

test('of a JVM the line is told where the threads stand that stay', async () => {
  await using(await startJava('thread'), async server => {
    const { where: [place] = [], whereRemarks } = await findingOf(server, 'thread');
    assert.ok(place, whereRemarks?.join());
    assert.deepEqual([place.count, place.of, place.last?.call], [400, 400, 'CountDownLatch.await']);
    assert.equal(
      named(place.last?.frames[0]),
      `Forgetful.waitForEver Forgetful.java:${lineOf(JAVA, 'marker: waits')}`,
    );
    assert.ok(
      place.last?.frames[0]?.source.some(({ marked, text }) => marked && text.includes('marker: waits')),
    );
  });
});

test('of a JVM the line is told that touched each forgotten connection last, and the recorder is stopped', async () => {
  await using(await startJava('socket'), async server => {
    const { where: [place] = [], whereRemarks } = await findingOf(server, 'fd');
    assert.ok(place, whereRemarks?.join());
    assert.deepEqual([place.count, place.of, place.last?.call, place.last?.result], [200, 200, 'read', '-1']);
    assert.equal(
      named(place.last?.frames[0]),
      `Forgetful.serve Forgetful.java:${lineOf(JAVA, 'marker: touched')}`,
    );
    const recordings = execFileSync('jcmd', [`${server.pid}`, 'JFR.check'], { encoding: 'utf8' });
    assert.match(recordings, /No available recordings/);
  });
});

test('of a JVM that hangs the lines are told where its threads stand, and who has the lock', async () => {
  await using(await startJava('deadlock'), async server => {
    const { where = [], whereRemarks } = await findingOf(server, 'hang', ['--timeout', '500ms']);
    assert.equal(where.length, 2, whereRemarks?.join());
    const at = `Forgetful.lock (${PROJECT}/src/main/java/Forgetful.java:${lineOf(JAVA, 'marker: locks')})`;
    for (const { what, last, kept } of where) {
      assert.equal(named(last?.frames[0]), `Forgetful.lock Forgetful.java:${lineOf(JAVA, 'marker: locks')}`);
      const other = what === 'main' ? 'Thread-0' : 'main';
      assert.deepEqual(kept, [
        `it waits for a lock (java.lang.Object) that the thread "${other}" holds, in ${at}`,
      ]);
    }
  });
});

for (const [what, flags, sentence] of [
  ['that does not handle SIGQUIT', ['-Xrs'], /no handler for SIGQUIT/],
  ['that cannot be attached to', ['-XX:+DisableAttachMechanism'], /DisableAttachMechanism/],
] as const)
  test(`a JVM ${what} is not asked, and goes on`, async () => {
    await using(await startJava('thread', flags), async server => {
      const { where, whereRemarks } = await findingOf(server, 'thread');
      assert.deepEqual(where, []);
      assert.match(whereRemarks?.join() ?? '', sentence);
    });
  });

test('where there is a JRE and no JDK, that is a sentence', async () => {
  // A JVM knows where it is by the path of its program: one that has no jcmd beside it.
  const jre = join(folder, 'jre');
  const real = dirname(
    dirname(execFileSync('readlink', ['-f', '/usr/bin/java'], { encoding: 'utf8' }).trim()),
  );
  execFileSync('cp', ['-rs', `${real}/.`, jre]);
  rmSync(join(jre, 'bin/jcmd'));
  rmSync(join(jre, 'bin/java'));
  execFileSync('cp', [join(real, 'bin/java'), join(jre, 'bin/java')]);
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  for (const name of ['setpriv', 'env', 'ss', 'prlimit'])
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(programs, name));
  const server = await launch([join(jre, 'bin/java'), '-cp', CLASSES, 'Forgetful', 'thread']);
  await using(server, async () => {
    const { whereRemarks } = await findingOf(server, 'thread', [], { env: { PATH: programs } });
    assert.match(whereRemarks?.join() ?? '', /jcmd, which is not installed: it is part of a JDK/);
  });
});

test('of a Go server the goroutines that stay are told, by where they wait and where they were started', async () => {
  await using(await startGo('goroutine'), async server => {
    const { where: [place] = [], whereRemarks } = await findingOf(server, 'memory', LONG);
    assert.ok(place, whereRemarks?.join());
    assert.deepEqual([place.what, place.count], ['goroutine', place.of]);
    assert.equal(place.last?.call, 'a chan receive');
    assert.equal(named(place.last?.frames[0]), `main.wait profiled.go:${lineOf(GO, 'marker: waits')}`);
    assert.equal(named(place.made?.frames[0]), `main.forget profiled.go:${lineOf(GO, 'marker: started')}`);
  });
});

test('of a Go server the line is told that allocates what is kept, from profiles on another port', async () => {
  const port = await freePort();
  await using(await startGo('session', [`${port}`]), async server => {
    const pprof = `http://127.0.0.1:${port}/debug/pprof/`;
    const { where: [place] = [], whereRemarks } = await findingOf(server, 'memory', [
      ...LONG,
      '--pprof',
      pprof,
    ]);
    assert.ok(place, whereRemarks?.join());
    assert.equal(named(place.made?.frames[0]), `main.keep profiled.go:${lineOf(GO, 'marker: made')}`);
  });
});

test('where --pprof leads to something else, that is a sentence', async () => {
  await using(await startGo('session'), async server => {
    const pprof = `http://127.0.0.1:${server.port}/elsewhere`;
    const { where, whereRemarks } = await findingOf(server, 'memory', [...LONG, '--pprof', pprof]);
    assert.deepEqual(where, []);
    assert.match(whereRemarks?.join() ?? '', /cannot be read from http:.*status 404/);
  });
});

const HANGS = `import os, socket
server = socket.create_server(('127.0.0.1', 0))
print('ready', server.getsockname()[1], os.getpid(), flush=True)
for _ in range(20):
    server.accept()[0].close()
os.read(os.pipe()[0], 1)
`;

test('of a Python server that hangs the call is told and on what, without the stack of the interpreter', async () => {
  await using(await launch(['python3', '-c', HANGS]), async server => {
    const { where: [place] = [], whereRemarks } = await findingOf(server, 'hang', ['--timeout', '500ms']);
    assert.deepEqual([place?.last?.call, place?.last?.frames], ['read', []], whereRemarks?.join());
    assert.match(place?.kept.join() ?? '', /^descriptor \d+ is a pipe whose other end nobody else has$/);
    assert.match(whereRemarks?.join() ?? '', /py-spy dump --pid/);
  });
});

/** Memory is judged by a trend, which takes more cycles than anything else. */
const LONG = ['--cycles', '2000', '--budget', '40s'];

function startJava(fault: string, flags: readonly string[] = []): Promise<Running> {
  return launch(['java', ...flags, '-cp', CLASSES, 'Forgetful', fault]);
}

async function startGo(fault: string, words: readonly string[] = []): Promise<Running> {
  return launch([await compile('where', 'profiled.go'), fault, ...words]);
}

/** Runs a test against a server, which has to serve on in the end, unless it hangs. */
async function using(server: Running, body: (server: Running) => Promise<void>): Promise<void> {
  try {
    await body(server);
    assert.deepEqual([server.child.exitCode, server.child.signalCode], [null, null]);
  } finally {
    await server.stop();
  }
}

async function findingOf(
  { port }: Running,
  kind: ReportedFinding['kind'],
  args: readonly string[] = [],
  options: ChurnOptions = {},
): Promise<ReportedFinding> {
  const asked = ['--port', `${port}`, '--cycles', '100', '--budget', '20s', '--where', ...args];
  const { report, status } = await churnJson(asked, options);
  const finding = report.findings.find(candidate => candidate.kind === kind);
  assert.ok(finding, report.summary);
  assert.equal(status, 1);
  return finding;
}

function lineOf(file: string, marker: string): number {
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(marker), marker);
  return text.slice(0, text.indexOf(marker)).split('\n').length;
}

function named(frame: Frame | undefined): string {
  return `${frame?.function} ${basename(frame?.file ?? '')}:${frame?.line}`;
}
