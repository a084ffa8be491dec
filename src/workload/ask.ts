import type { Duplex } from 'node:stream';
import { type Cycle, EARLY_END, fail, NO_ANSWER, UNEXPECTED } from './cycle.js';
import type { Behaviour, CycleContext } from './cycle-context.js';
import { isExpected } from './script.js';

/**
 * Sends the request and calls `onAnswer` with the first bytes of the answer, or as soon as it is what was expected.
 * A server that closes, or says nothing until the deadline, fails the cycle. `channel` is where the talk goes on: the
 * socket, or the TLS layer over it.
 */
export function ask(
  cycle: Cycle,
  context: CycleContext,
  onAnswer: () => void,
  channel: Duplex = cycle.socket,
): void {
  const { request, greets, expect } = context.script;
  const askedAtMs = performance.now();
  let heard = '';
  let asked = !greets;
  const over = () => {
    channel.removeListener('data', listen).removeListener('end', giveUp);
    cycle.onDeadline = undefined;
    cycle.closing = true;
  };
  const giveUp = () => {
    over();
    if (heard === '') fail(cycle, cycle.dueAtMs <= performance.now() ? NO_ANSWER : EARLY_END);
    else {
      context.tally.unexpectedAnswer ??= heard.slice(0, MAX_QUOTED);
      fail(cycle, UNEXPECTED);
    }
  };
  const listen = (chunk: Buffer) => {
    if (!asked) {
      // The greeting: now it is the client's turn. What was expected may stand in it, but only an answer counts.
      asked = true;
      channel.write(request);
      return;
    }
    if (heard.length < MAX_HEARD) heard += chunk.toString('latin1');
    if (!isExpected(heard, expect)) return;
    over();
    context.stopwatch?.answered(performance.now() - (context.isTimed ? cycle.sinceMs : askedAtMs));
    context.tally.answered += 1;
    channel.resume();
    onAnswer();
  };
  channel.on('data', listen).once('end', giveUp);
  cycle.dueAtMs = askedAtMs + context.timeoutMs;
  cycle.onDeadline = giveUp;
  if (!greets) channel.write(request);
}

/** An answer is looked through up to here. */
const MAX_HEARD = 1 << 20;
const MAX_QUOTED = 60;

/**
 * Connect, send one byte, and wait until the server answers, ends the connection, or `mostMs` are over; then close.
 * `over` is told whether it was the server that ended it.
 */
export function asking(mostMs: number, over: (endedByServer: boolean) => void): Behaviour {
  return ({ socket }) => {
    let waits = true;
    const finish = (endedByServer: boolean) => {
      if (!waits) return;
      waits = false;
      clearTimeout(timer);
      over(endedByServer);
      socket.destroy();
    };
    const timer = setTimeout(() => finish(false), mostMs);
    socket
      .once('data', () => finish(false))
      .once('end', () => finish(true))
      .once('error', () => finish(true))
      .once('close', () => finish(true))
      .write('x');
  };
}
