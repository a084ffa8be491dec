import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { type Cycle, EARLY_END, fail, NO_ANSWER, UNEXPECTED } from './cycle.js';
import { type Behaviour, type CycleContext, closeSoon, later } from './cycle-context.js';
import { HttpAnswer } from './http-answer.js';
import { type HttpRequest, type HttpScript, isAccepted, requestInTurn, type Script } from './script.js';
import { noteAnswer } from './tally.js';
import { tlsLayer } from './tls-behaviours.js';

/** Connect, open a WebSocket, send --data and wait for a message where there is any, close as RFC 6455 has it. */
export function wsOf(script: Script): Behaviour {
  return webSocket(script, (cycle, context, socket) => {
    const { body } = turnOf(script, cycle);
    const close = () => {
      cycle.closing = true;
      const limitMs = context.patience.limitMs;
      cycle.dueAtMs = performance.now() + Math.max(limitMs, MIN_CLOSE_MS);
      cycle.onDeadline = () => {
        context.tally.unclosed += 1;
        socket.terminate();
      };
      socket.close(1000);
    };
    if (!body) return close();
    socket.once('message', close);
    socket.send(body, { binary: false });
  });
}

/** Connect, open a WebSocket, reset: no close frame. */
export function wsRstOf(script: Script): Behaviour {
  return webSocket(script, cycle => {
    cycle.closing = true;
    cycle.socket.resetAndDestroy();
  });
}

const MIN_CLOSE_MS = 100;

/** Opens a WebSocket over the connection of a cycle; ws does the protocol. */
function webSocket(
  script: Script,
  onOpen: (cycle: Cycle, context: CycleContext, socket: WebSocket) => void,
): Behaviour {
  return overChannel(script, (cycle, context, channel) => {
    const request = turnOf(script, cycle);
    const startedAtMs = performance.now();
    const note = (status: number) => {
      const ms = performance.now() - (context.isTimed ? cycle.sinceMs : startedAtMs);
      context.tally.answered += 1;
      context.stopwatch?.answered(ms);
      const isRight = isAccepted(status, script.http?.accepts ?? []);
      noteAnswer(context.tally, request.route, status, isRight, ms);
    };
    const headers = headersOf(request);
    // What is to be said goes into a message: a server of Node 26 takes as many bytes behind the head for a body.
    const { Host: host = 'localhost', 'Content-Length': _length, ...others } = headers;
    const socket = new WebSocket(`${script.isSecure ? 'wss' : 'ws'}://${host}${pathOf(request)}`, {
      createConnection: () => channel as ReturnType<typeof import('node:net').connect>,
      headers: others,
      perMessageDeflate: false,
    });
    cycle.dueAtMs = startedAtMs + context.timeoutMs;
    cycle.onDeadline = () => fail(cycle, NO_ANSWER);
    socket.on('error', () => fail(cycle, UNEXPECTED));
    socket.on('unexpected-response', (_, response) => {
      note(response.statusCode ?? 0);
      cycle.closing = true;
      cycle.socket.destroy();
    });
    socket.on('open', () => {
      note(SWITCHED);
      onOpen(cycle, context, socket);
    });
    // A server that goes before the end has failed a client that waits.
    channel.once('end', () => {
      if (!cycle.closing) fail(cycle, EARLY_END);
    });
  });
}

const SWITCHED = 101;

/** Connect, ask for events, read the first one, or as long as --wait says after the head, and go away with FIN. */
export function sseOf(script: Script): Behaviour {
  return overChannel(script, (cycle, context, channel) => {
    const { route, bytes, isHead } = turnOf(script, cycle);
    const answer = new HttpAnswer(isHead);
    const startedAtMs = performance.now();
    let heard = '';
    let hasHead = false;
    const go = () => {
      if (cycle.closing) return;
      channel.removeListener('data', listen).removeListener('end', ended);
      cycle.onDeadline = undefined;
      cycle.closing = true;
      closeSoon(cycle, context);
    };
    const listen = (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      if (heard.length < MAX_HEARD) heard += text;
      const isOver = answer.push(text);
      if (answer.isBroken) return fail(cycle, UNEXPECTED);
      if (answer.status > 0 && !hasHead) {
        hasHead = true;
        const ms = performance.now() - (context.isTimed ? cycle.sinceMs : startedAtMs);
        context.tally.answered += 1;
        context.stopwatch?.answered(ms);
        noteAnswer(
          context.tally,
          route,
          answer.status,
          isAccepted(answer.status, script.http?.accepts ?? []),
          ms,
        );
        later(cycle, Math.max(script.waitMs, FIRST_EVENT_MS), go);
      }
      if (isOver || AN_EVENT.test(heard)) go();
    };
    const ended = () => (hasHead ? go() : fail(cycle, EARLY_END));
    channel.on('data', listen).once('end', ended);
    cycle.dueAtMs = startedAtMs + context.timeoutMs;
    cycle.onDeadline = () => fail(cycle, NO_ANSWER);
    channel.write(bytes);
  });
}

/** Behind the head: a field, and the empty line that ends the event. */
const AN_EVENT = /\r?\n\r?\n[\s\S]*?^(data|event|id|retry)?:[\s\S]*?\r?\n\r?\n/m;
const MAX_HEARD = 1 << 16;
const FIRST_EVENT_MS = 50;

/** The connection of a cycle, or TLS over it. */
export function overChannel(
  script: Script,
  act: (cycle: Cycle, context: CycleContext, channel: Duplex) => void,
  alpn?: readonly string[],
): Behaviour {
  if (!script.isSecure) return (cycle, context) => act(cycle, context, cycle.socket);
  const { tls } = script;
  const over = tlsLayer(alpn === undefined ? tls : { ...tls, alpn }, true);
  return (cycle, context) => over(cycle, context, channel => act(cycle, context, channel));
}

/** These clients send nothing else, so that they have one. */
function turnOf({ http }: Script, { connection }: Cycle): HttpRequest {
  return requestInTurn(http as HttpScript, connection);
}

export function pathOf({ route }: HttpRequest): string {
  return route.slice(route.indexOf(' ') + 1);
}

export function headersOf({ lines }: HttpRequest): Record<string, string> {
  return Object.fromEntries(
    lines.map(line => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).trim()];
    }),
  );
}
