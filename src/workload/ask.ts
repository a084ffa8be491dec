import type { Duplex } from 'node:stream';
import { converse } from './converse.js';
import { type Cycle, EARLY_END, fail, NO_ANSWER, UNEXPECTED } from './cycle.js';
import type { Behaviour, CycleContext } from './cycle-context.js';
import { type HttpScript, isAccepted, isExpected } from './script.js';
import { noteAnswer } from './tally.js';

/**
 * Says what is to be said on a connection, and calls `onAnswer` when all of it was answered, or with the first bytes of
 * the last answer where it `cutsLast`. `channel` is where the talk goes on: the socket, or the TLS layer over it.
 */
export function talk(
  cycle: Cycle,
  context: CycleContext,
  onAnswer: () => void,
  channel: Duplex = cycle.socket,
  cutsLast = false,
): void {
  const { http } = context.script;
  if (http?.readsWhole) converse(cycle, context, http, onAnswer, channel, cutsLast);
  else ask(cycle, context, onAnswer, channel);
}

/**
 * Sends the request and calls `onAnswer` with the first bytes of the answer, or as soon as it is what was expected.
 * A server that closes, or says nothing until the deadline, fails the cycle.
 */
function ask(cycle: Cycle, context: CycleContext, onAnswer: () => void, channel: Duplex): void {
  const { request, greets, expect, http } = context.script;
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
    const ms = performance.now() - (context.isTimed ? cycle.sinceMs : askedAtMs);
    context.stopwatch?.answered(ms);
    context.tally.answered += 1;
    if (http) noteStatus(context, http, heard, ms);
    channel.resume();
    onAnswer();
  };
  channel.on('data', listen).once('end', giveUp);
  cycle.dueAtMs = askedAtMs + context.timeoutMs;
  cycle.onDeadline = giveUp;
  if (!greets) channel.write(request);
}

/** Counts the status that an answer begins with, if it is one of HTTP. */
function noteStatus(
  { tally }: CycleContext,
  { requests, accepts }: HttpScript,
  heard: string,
  ms: number,
): void {
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(heard)?.[1]);
  const [request] = requests;
  if (request && status > 0) noteAnswer(tally, request.route, status, isAccepted(status, accepts), ms);
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
