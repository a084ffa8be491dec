import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { parseOptions } from '../../src/options/run.js';
import { findInodes } from '../../src/proc/fds.js';
import { placeSentences } from '../../src/report/where.js';
import { attach } from '../../src/target/attach.js';
import { listTcpListeners } from '../../src/target/listener.js';
import type { MemoryFinding } from '../../src/verdict/finding.js';
import { findWhere } from '../../src/where/find.js';
import type { Found, Place } from '../../src/where/found.js';
import { launch, type Running } from '../servers/launch.js';

const SERVER = new URL('../../../test/servers/where/heap.mjs', import.meta.url).pathname;
const SOURCE = readFileSync(SERVER, 'utf8');

/** What is kept on each request, and who makes and keeps it. */
const WAYS: ReadonlyArray<
  readonly [way: string, what: string, made: string | null, kept: string, bytesAtLeast: number]
> = [
  ['sessions', 'Session', 'openSession', 'Map `sessions`', 200],
  [
    'listener',
    'function (anonymous)',
    'follow',
    'Array `news` of Object `_events` of EventEmitter `bus`',
    300,
  ],
  ['timer', 'Timeout', 'expire', 'the list of timers that run', 700],
  ['log', 'string', 'log', 'Array `lines`', 250],
];

describe('of the memory of a Node server is told', { concurrency: 1 }, () => {
  for (const [way, what, made, kept, bytesAtLeast] of WAYS)
    it(`${way}: how many of what class, the line that makes it, and what keeps it`, async () => {
      const found = await whereOf([SERVER, way]);
      const [place] = found.places;
      assert.ok(place?.heap, found.remarks.join('\n'));
      assert.equal(found.places.length, 1);
      assert.deepEqual([place.count, place.of, place.what], [200, 200, what]);
      assert.ok(place.heap.retainedBytes >= bytesAtLeast, String(place.heap.retainedBytes));
      assert.ok(place.heap.shallowBytes < place.heap.retainedBytes);
      const [frame] = place.made?.frames ?? [];
      assert.deepEqual([frame?.function, frame?.line], [made, lineOf(`made: ${way}`)]);
      assert.match(frame?.file ?? '', /servers\/where\/heap\.mjs$/);
      assert.equal(place.heap.keptBy?.call, kept);
      assert.equal(place.heap.keptBy?.frames[0]?.line, way === 'timer' ? undefined : lineOf(`kept: ${way}`));
      assert.ok(bytesPerCycle(found) >= bytesAtLeast, found.remarks.join());
    });

  it('numbers: which array it is that grows, as they are no objects', async () => {
    const { places } = await whereOf([SERVER, 'numbers']);
    assert.deepEqual([places.length, places[0]?.heap?.isGrown], [1, true]);
    assert.equal(places[0]?.heap?.keptBy?.frames[0]?.line, lineOf('kept: numbers'));
    assert.match(
      sentencesOf(places),
      /^Array that was there before grew by .* on 200 cycles\nkept by `times`/,
    );
  });

  it('that nothing is kept, where a bounded cache alone changes', async () => {
    const { places, remarks } = await whereOf([SERVER, 'clean']);
    assert.deepEqual(places, []);
    assert.match(remarks.join(), /no object is kept/);
    assert.ok(Math.abs(bytesPerCycle({ remarks })) < 16, remarks.join());
  });

  it('the same by the inspector that the server was started with, which stays open', async () => {
    const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', SERVER, 'sessions']);
    const [line] = await once(child.stderr, 'data');
    const inspector = Number(/ws:\/\/127\.0\.0\.1:(\d+)/.exec(String(line))?.[1]);
    const [ready] = await once(child.stdout, 'data');
    const port = Number(String(ready).split(' ')[1]);
    try {
      const { places, remarks } = await whereAt(port);
      assert.equal(places[0]?.what, 'Session', remarks.join());
      await requireListening(inspector);
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  });
});

/** Asks a server as after a finding; it has to serve on, and its inspector has to be closed. */
async function whereOf(command: readonly string[]): Promise<Found> {
  const server: Running = await launch([process.execPath, '--inspect-port=127.0.0.1:0', ...command]);
  try {
    const found = await whereAt(server.port);
    await requireListening(server.port);
    assert.equal(listeningPorts(server.pid), 1);
    return found;
  } finally {
    await server.stop();
  }
}

async function whereAt(port: number): Promise<Found> {
  const options = parseOptions({ url: `http://127.0.0.1:${port}/`, where: true });
  const target = await attach(options);
  const found = await findWhere(target, options, [MEMORY], new AbortController().signal);
  return found.get(MEMORY) ?? assert.fail('nothing was found out');
}

function listeningPorts(pid: number): number {
  const listeners = listTcpListeners('self');
  const own = findInodes(pid, new Set(listeners.map(({ inode }) => inode)));
  return typeof own === 'string' ? 0 : own.size;
}

async function requireListening(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}

const MEMORY: MemoryFinding = {
  kind: 'memory',
  severity: 'fail',
  ...{ count: 200_000, perCycle: 200, low: 190, high: 210, perRound: [] },
};

function bytesPerCycle({ remarks }: Pick<Found, 'remarks'>): number {
  return Number(/: (-?\d+) B per cycle/.exec(remarks.join())?.[1]);
}

function sentencesOf(places: readonly Place[]): string {
  return places.flatMap(place => placeSentences('memory', place)).join('\n');
}

function lineOf(marker: string): number {
  assert.ok(SOURCE.includes(`// ${marker}`), marker);
  return SOURCE.slice(0, SOURCE.indexOf(`// ${marker}`)).split('\n').length;
}
