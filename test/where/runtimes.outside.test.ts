import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import type { ReportedFinding } from '../../src/report/report.js';
import type { Frame } from '../../src/where/found.js';
import { compile, launch, type Running } from '../servers/launch.js';
import { churnJson } from '../support/churn.js';

const SERVERS = new URL('../../../test/servers/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'churn-where-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Half open, and one listener for the end that forgets to answer it. */
const HALF_OPEN = `import { createServer } from 'node:net';
const server = createServer({ allowHalfOpen: true }, socket => { // marker: accepted
  socket.resume();
  socket.on('error', () => {});
  socket.on('end', function forget() {}); // marker: end
});
server.listen(0, '127.0.0.1', () => console.log('ready', server.address().port, process.pid));
`;
const CATCHES = `process.on('SIGUSR1', () => process.exit(7));\n`;

test('of a Node server the lines are told that accept and that listen, and the inspector is closed again', async () => {
  const server = await startNode('half-open.mjs', HALF_OPEN);
  await using(server, async () => {
    const { where: [place] = [], whereRemarks } = await fdOf(server);
    assert.ok(place, whereRemarks?.join());
    assert.equal(
      named(place.made?.frames[0]),
      `(anonymous) half-open.mjs:${lineOf(HALF_OPEN, 'marker: accepted')}`,
    );
    assert.equal(named(place.last?.frames[0]), `forget half-open.mjs:${lineOf(HALF_OPEN, 'marker: end')}`);
    assert.match(place.kept.join(), /readableEnded true, writableEnded false, allowHalfOpen true/);
    // Somebody else can listen there now.
    const other = createServer().listen(9_229, '127.0.0.1');
    await once(other, 'listening');
    other.close();
  });
});

test('a Node server that uses SIGUSR1 itself is not sent it', async () => {
  const server = await startNode('catches.mjs', HALF_OPEN + CATCHES);
  await using(server, async () => {
    const finding = await fdOf(server);
    assert.match(finding.whereRemarks?.join() ?? '', /uses SIGUSR1/);
    assert.equal(server.child.exitCode, null);
  });
});

test('where port 9229 is taken, that is a sentence', async () => {
  const other = createServer().listen(9_229, '127.0.0.1');
  await once(other, 'listening');
  const server = await startNode('half-open-too.mjs', HALF_OPEN);
  await using(server, async () => {
    assert.match((await fdOf(server)).whereRemarks?.join() ?? '', /Port 9229.* is taken/);
  });
  other.close();
});

test('of a Go server the lines are told, from its own stacks', async () => {
  const server = await launch([await compile('go', 'server.go'), '--fault', 'no-close']);
  await using(server, async () => {
    const { where: [place] = [], whereRemarks } = await fdOf(server);
    assert.ok(place, whereRemarks?.join());
    const source = readFileSync(join(SERVERS, 'go/server.go'), 'utf8');
    assert.equal(named(place.made?.frames[0]), `main.main server.go:${lineOf(source, '.Accept(')}`);
    assert.match(named(place.last?.frames[0]), /^main\.echo server\.go:\d+$/);
  });
});

test('of a Rust server the lines are told, and not those of its standard library', async context => {
  const program = join(folder, 'rust-server');
  const source = join(SERVERS, 'where/forgetful.rs');
  for (const flags of [['-g'], ['-g', '-O']]) {
    try {
      execFileSync('rustc', [...flags, '-o', program, source], { stdio: 'pipe' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return context.skip('rustc is not installed');
      throw error;
    }
    const server = await launch([program]);
    await using(server, async () => {
      const { where: [place] = [], whereRemarks } = await fdOf(server);
      assert.ok(place, whereRemarks?.join());
      const text = readFileSync(source, 'utf8');
      assert.equal(
        named(place.made?.frames[0]),
        `forgetful::main forgetful.rs:${lineOf(text, 'marker: made')}`,
      );
      assert.equal(
        named(place.last?.frames[0]),
        `forgetful::serve forgetful.rs:${lineOf(text, 'marker: touched')}`,
      );
    });
  }
});

test('of a Python server no line is told, but what to add to the program', async () => {
  const server = await launch([
    'python3',
    join(SERVERS, 'python/threading_server.py'),
    '--fault',
    'no-close',
  ]);
  await using(server, async () => {
    const { where, whereRemarks } = await fdOf(server);
    assert.deepEqual(where, []);
    assert.match(whereRemarks?.join() ?? '', /tracemalloc/);
  });
});

async function startNode(name: string, code: string): Promise<Running> {
  const own = mkdtempSync(join(folder, 'node-'));
  writeFileSync(join(own, name), code);
  return launch([process.execPath, join(own, name)]);
}

async function using(server: Running, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } finally {
    await server.stop();
  }
}

async function fdOf({ port }: Running): Promise<ReportedFinding> {
  const { report } = await churnJson(['--port', `${port}`, '--cycles', '100', '--where']);
  const finding = report.findings.find(({ kind }) => kind === 'fd');
  assert.ok(finding, report.summary);
  return finding;
}

function lineOf(text: string, marker: string): number {
  assert.ok(text.includes(marker), marker);
  return text.slice(0, text.indexOf(marker)).split('\n').length;
}

function named(frame: Frame | undefined): string {
  return `${frame?.function} ${basename(frame?.file ?? '')}:${frame?.line}`;
}
