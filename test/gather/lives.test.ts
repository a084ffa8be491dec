import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOfLivingClient, Lives } from '../../src/gather/watching/looks.js';
import type { HeldSocket } from '../../src/verdict/evidence.js';
import { row } from '../support/evidence.js';

function socket(
  inode: number,
  role: HeldSocket['role'],
  state: HeldSocket['state'] = 'ESTABLISHED',
): HeldSocket {
  return { role, inode, state, connection: undefined, descriptors: [{ pid: 1, number: inode }] };
}

/** Looks at one server, a second after the other. */
function livesOf(...looks: ReadonlyArray<readonly HeldSocket[]>): Lives {
  const lives = new Lives();
  for (const [second, held] of looks.entries()) lives.note({ held, outside: [] }, 1_000 * second);
  return lives;
}

test('a connection whose client lives is not kept, however long it is there', () => {
  const living = [socket(1, 'other-client')];
  assert.equal(livesOf(living, living, living, living).isKept(1, 2_000), false);
  assert.deepEqual(livesOf(living).gone(), []);
});

test('one whose client has gone is kept from the given time on', () => {
  const gone = [socket(1, 'connection', 'CLOSE_WAIT')];
  assert.equal(livesOf([socket(1, 'other-client')], gone, gone).isKept(1, 2_000), false);
  assert.equal(livesOf([socket(1, 'other-client')], gone, gone, gone).isKept(1, 2_000), true);
});

test('it is in flight for as long as the server has kept another one that it closed', () => {
  const first = socket(1, 'connection');
  const second = socket(2, 'connection');
  const looks = [[first], [first], [first], [first], [second], [second], [second], [second]];
  assert.equal(livesOf(...looks).isKept(2, 1_000), false, 'the first was kept for three seconds');
  assert.equal(livesOf(...looks, [second]).isKept(2, 1_000), true);
});

test('where the client waits for the end of the other side, it has to be longer than any connection has lived', () => {
  const long = socket(1, 'other-client');
  const half = socket(2, 'other-client', 'CLOSE_WAIT');
  assert.equal(isOfLivingClient(half), false, 'and it is not in use meanwhile');
  const looks = [[long], [long], [long], [long], [half], [half], [half]];
  assert.equal(livesOf(...looks).isKept(2, 1_000), false);
  assert.equal(livesOf(...looks, [half], [half]).isKept(2, 1_000), true);
});

test('what is held by nobody at one look, and by the server at the next, was accepted meanwhile', () => {
  const lives = new Lives();
  lives.note({ held: [], outside: [{ row: row({ inode: 7 }), pids: [] }] }, 0);
  assert.deepEqual(lives.gone(), [7]);
  lives.note({ held: [socket(7, 'other-client')], outside: [] }, 1_000);
  assert.deepEqual([lives.gone(), lives.goneForMs(7)], [[], 0]);
});
