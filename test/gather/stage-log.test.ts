import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../src/gather/observer.js';
import { StageLog } from '../../src/gather/watching/stages.js';
import { fd, forgotten, serverFds, serverProcess, snapshot } from '../support/evidence.js';

/** A server whose sockets, and whose queue, a test sets; each look takes 10 ms. */
class Watched {
  nowMs = 0;
  accepted = 0;
  inodes: number[] = [];
  acceptQueue = 0;
  readonly log: StageLog;

  constructor(pattern: RegExp) {
    this.log = new StageLog(pattern, this);
  }

  take(): Observation {
    const beganMs = this.nowMs;
    this.nowMs += 10;
    const observation = this.seen();
    this.log.note(observation, beganMs, this.nowMs);
    return observation;
  }

  seen(): Observation {
    const held = forgotten(this.inodes.map((_, index) => index + 1)).map((socket, index) => ({
      ...socket,
      inode: this.inodes[index] ?? 0,
    }));
    const fds = [...serverFds(), ...this.inodes.map((inode, index) => fd(5 + index, 'socket', inode))];
    const { acceptQueue } = this;
    return { snapshot: snapshot([serverProcess({ fds })]), held, acceptQueue } as unknown as Observation;
  }

  descriptors() {
    return this.seen().snapshot.processes;
  }

  figures() {
    return { fds: 5, anonBytes: undefined, threads: 1, children: 0 };
  }

  facts() {
    return this.log.facts(snapshot([serverProcess({ fds: serverFds() })]), this.seen());
  }
}

test('each line that announces a phase begins it, whatever its colour', () => {
  const server = new Watched(/Phase started: (\S+)/);
  server.log.begin();
  for (const line of [
    'hello',
    'Phase started: \u001b[32mfin\u001b[39m (index: 0)',
    '',
    'Phase started: reset',
  ]) {
    server.nowMs += 1_000;
    server.accepted += 100;
    server.log.hear(line);
  }
  server.accepted += 100;
  server.log.end();
  const { lines, spans } = server.facts();
  assert.equal(lines, 3);
  assert.deepEqual(
    spans.map(({ name, accepted }) => [name, accepted]),
    [
      [undefined, 200],
      ['fin', 200],
      ['reset', 100],
    ],
  );
});

test('without a group all that the pattern matches is the name', () => {
  const server = new Watched(/reset|fin/);
  server.log.begin();
  server.log.hear('now fin, please');
  assert.deepEqual(
    server.facts().spans.map(({ name }) => name),
    [undefined, 'fin'],
  );
});

test('a pattern that matches every line makes no more than a person can read', () => {
  const server = new Watched(/(\d+)/);
  server.log.begin();
  for (let line = 0; line < 1_000; line++) server.log.hear(`line ${line}`);
  assert.equal(server.facts().spans.length, 1 + 64);
});

test('of each descriptor is known between which looks it came', () => {
  const server = new Watched(/phase (\S+)/);
  server.log.begin();
  server.log.hear('phase fin');
  server.nowMs = 5_000;
  server.inodes = [501];
  server.take();
  server.nowMs = 9_000;
  server.inodes = [501, 502];
  server.log.hear('phase reset');
  server.nowMs = 20_000;
  // Never seen at a look: the last one that was taken began at 9 s.
  server.inodes = [501, 502, 503];
  const { kept } = server.facts();
  assert.deepEqual(
    kept.map(({ sinceMs, untilMs }) => [sinceMs, untilMs]),
    [
      [10, 5_010],
      [5_000, 9_010],
      [9_000, 20_000],
    ],
  );
});

test('a phase is sure of nothing until the queue of the one before was seen empty', () => {
  const server = new Watched(/phase (\S+)/);
  server.log.begin();
  server.acceptQueue = 100;
  server.nowMs = 1_000;
  server.log.hear('phase fin');
  server.nowMs = 7_000;
  server.take();
  server.acceptQueue = 0;
  server.nowMs = 8_000;
  server.take();
  assert.equal(server.facts().spans[1]?.sureFromMs, 8_000);
});

test('a line may have waited since the last look, where this process stood still', () => {
  const server = new Watched(/phase (\S+)/);
  server.log.begin();
  server.nowMs = 1_000;
  server.take();
  server.nowMs = 6_000;
  server.log.hear('phase fin');
  server.nowMs = 12_000;
  server.take();
  server.nowMs = 12_100;
  server.log.hear('phase reset');
  const [before, fin] = server.facts().spans;
  assert.deepEqual([before?.sureUntilMs, fin?.sureUntilMs], [500, 11_500]);
});

test('when the load is made again, nothing of it is there yet', () => {
  const server = new Watched(/phase (\S+)/);
  server.log.begin();
  server.log.hear('phase fin');
  server.log.end();
  server.nowMs = 4_000;
  server.inodes = [501];
  server.log.begin();
  const [, fin, again] = server.facts().spans;
  assert.equal(fin?.sureUntilMs, again?.fromMs);
  assert.ok((server.facts().kept[0]?.untilMs ?? Infinity) <= (fin?.sureUntilMs ?? 0));
});
