import type { Duplex } from 'node:stream';
import { type Cycle, EARLY_END, ENDLESS, fail, NO_ANSWER, UNEXPECTED, UNFINISHED } from './cycle.js';
import type { CycleContext } from './cycle-context.js';
import { HttpAnswer } from './http-answer.js';
import { type HttpRequest, type HttpScript, isAccepted, isExpected } from './script.js';
import { noteAnswer } from './tally.js';

/**
 * Makes the requests of one connection, each when the answer to the one before has come to its end, and calls `onOver`
 * after the last; `onOver` is told whether the server has closed by then. With `cutsLast` it is called with the first
 * bytes of the last answer. An answer with another status than was expected is an answer: it is counted, and the cycle
 * has not failed.
 */
export function converse(
  cycle: Cycle,
  context: CycleContext,
  http: HttpScript,
  onOver: () => void,
  channel: Duplex = cycle.socket,
  cutsLast = false,
): void {
  const { tally, script, timeoutMs } = context;
  const first = (cycle.connection - 1) * http.perConnection;
  let made = 0;
  let heard = '';
  let request: HttpRequest;
  let answer: HttpAnswer;
  let askedAtMs = 0;
  const over = () => {
    channel.removeListener('data', listen).removeListener('end', ended);
    cycle.onDeadline = undefined;
    cycle.closing = true;
    channel.resume();
  };
  const next = () => {
    request = http.requests[(first + made) % http.requests.length] as HttpRequest;
    answer = new HttpAnswer(request.isHead);
    heard = '';
    askedAtMs = performance.now();
    cycle.dueAtMs = askedAtMs + timeoutMs;
    channel.write(request.bytes);
  };
  const isLast = () => made + 1 >= http.perConnection;
  const failWith = (code: string) => {
    over();
    if (code === UNEXPECTED) tally.unexpectedAnswer ??= heard.slice(0, MAX_QUOTED);
    fail(cycle, code);
  };
  const answered = () => {
    if (answer.isBroken || !isExpected(heard, script.expect)) return failWith(UNEXPECTED);
    made += 1;
    const since = context.isTimed && made === 1 ? cycle.sinceMs : askedAtMs;
    const ms = performance.now() - since;
    context.stopwatch?.answered(ms);
    tally.answered += 1;
    noteAnswer(tally, request.route, answer.status, isAccepted(answer.status, http.accepts), ms);
    if (made < http.perConnection && answer.keepsAlive) return next();
    if (made < http.perConnection) tally.cutShort += 1;
    over();
    onOver();
  };
  const listen = (chunk: Buffer) => {
    const text = chunk.toString('latin1');
    if (heard.length < MAX_HEARD) heard += text;
    const isOver = answer.push(text);
    if (isOver || (cutsLast && isLast() && answer.status > 0)) answered();
  };
  const ended = () => {
    if (answer.end()) return answered();
    // A server may end an idle connection at any time, so between two requests that is no fault.
    if (heard === '' && made > 0) {
      tally.cutShort += 1;
      over();
      return onOver();
    }
    failWith(heard === '' ? EARLY_END : UNFINISHED);
  };
  channel.on('data', listen).once('end', ended);
  cycle.onDeadline = () => {
    const isStream = answer.contentType.startsWith('text/event-stream');
    failWith(heard === '' ? NO_ANSWER : isStream ? ENDLESS : UNFINISHED);
  };
  next();
}

/** An answer is looked through up to here. */
const MAX_HEARD = 1 << 20;
const MAX_QUOTED = 60;
