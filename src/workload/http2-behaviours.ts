import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { type Cycle, EARLY_END, fail, NO_ANSWER, UNEXPECTED } from './cycle.js';
import type { Behaviour, CycleContext } from './cycle-context.js';
import { type HttpRequest, isAccepted, type Script } from './script.js';
import { noteAnswer } from './tally.js';
import { headersOf, overChannel, pathOf } from './web-behaviours.js';

/** Connect, open streams, read the answer of each to its end, close the session. node:http2 does the protocol. */
export function h2Of(script: Script): Behaviour {
  return session(script, (stream, whenOver, cycle, context, route) => {
    const startedAtMs = performance.now();
    stream.on('response', headers => {
      const status = headers[':status'] ?? 0;
      const ms = performance.now() - startedAtMs;
      context.tally.answered += 1;
      context.stopwatch?.answered(ms);
      noteAnswer(context.tally, route, status, isAccepted(status, script.http?.accepts ?? []), ms);
    });
    stream.on('error', () => fail(cycle, UNEXPECTED));
    stream.once('close', whenOver).resume();
  });
}

/** Connect, open streams and reset each at once, as in the attack that is called rapid reset, but as few as were asked for. */
export function h2RstOf(script: Script): Behaviour {
  return session(script, (stream, whenOver) => {
    stream.on('error', () => undefined);
    stream.once('close', whenOver);
    // Reset in the same turn most of them would never have been sent.
    setImmediate(() => stream.close(constants.NGHTTP2_CANCEL));
  });
}

type OnStream = (
  stream: ClientHttp2Stream,
  whenOver: () => void,
  cycle: Cycle,
  context: CycleContext,
  route: string,
) => void;

/** A session over the connection of a cycle, with as many streams as there are to be requests on a connection. */
function session(script: Script, onStream: OnStream): Behaviour {
  const { requests = [], perConnection = 1 } = script.http ?? {};
  return overChannel(
    script,
    (cycle, context, channel) => {
      const [first] = requests as readonly [HttpRequest];
      const authority = `${script.isSecure ? 'https' : 'http'}://${headersOf(first)['Host'] ?? 'localhost'}`;
      const session = connect(authority, { createConnection: () => channel });
      let left = perConnection;
      const whenOver = () => {
        left -= 1;
        if (left === 0) endSession(cycle, context, session);
      };
      session.on('error', (error: NodeJS.ErrnoException) => fail(cycle, error.code ?? UNEXPECTED));
      session.once('close', () => {
        if (left > 0 && !cycle.socket.destroyed) fail(cycle, EARLY_END);
        // It has taken the handle of the socket, and closes that without a word to it.
        cycle.socket.destroy();
      });
      cycle.dueAtMs = performance.now() + context.timeoutMs;
      cycle.onDeadline = () => {
        fail(cycle, NO_ANSWER);
        session.destroy();
      };
      const begun = (cycle.connection - 1) * perConnection;
      session.once('remoteSettings', () => {
        for (let index = 0; index < perConnection; index++) {
          const request = requests[(begun + index) % requests.length] as HttpRequest;
          const stream = session.request(pseudo(request), { endStream: request.body === undefined });
          onStream(stream, whenOver, cycle, context, request.route);
          if (request.body && !stream.closed) stream.end(request.body);
        }
      });
    },
    ['h2'],
  );
}

function endSession(cycle: Cycle, { patience, tally }: CycleContext, session: ClientHttp2Session): void {
  cycle.closing = true;
  cycle.dueAtMs = performance.now() + Math.max(patience.limitMs, MIN_CLOSE_MS);
  cycle.onDeadline = () => {
    tally.unclosed += 1;
    session.destroy();
  };
  session.close();
}

const MIN_CLOSE_MS = 100;

/** The head of a request as HTTP/2 has it: names in small letters, and none that belong to a connection. */
function pseudo(request: HttpRequest): Record<string, string> {
  const others = Object.entries(headersOf(request)).flatMap(([name, value]) => {
    const small = name.toLowerCase();
    return OF_CONNECTION.test(small) ? [] : [[small, value]];
  });
  return {
    ':method': request.route.slice(0, request.route.indexOf(' ')),
    ':path': pathOf(request),
    ...Object.fromEntries(others),
  };
}

const OF_CONNECTION = /^(host|connection|keep-alive|proxy-connection|transfer-encoding|upgrade)$/;
