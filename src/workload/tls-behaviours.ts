import { Duplex } from 'node:stream';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { talk } from './ask.js';
import { type Cycle, fail, NO_ANSWER } from './cycle.js';
import { type Behaviour, type CycleContext, later, untilServerCloses } from './cycle-context.js';
import type { Script, TlsScript } from './script.js';

/**
 * Connect, whole handshake, close_notify and FIN, read until the server closes as well: session tickets that nobody
 * reads would make a reset of the end. With a request, that is sent and its answer waited for in between.
 */
export function tlsOf(script: Script): Behaviour {
  const over = tlsLayer(script.tls, script.meant && script.greets);
  return (cycle, context) =>
    over(cycle, context, channel => {
      const end = () => {
        channel.end();
        untilServerCloses(cycle, context, channel);
      };
      if (script.meant) talk(cycle, context, end, channel);
      else end();
    });
}

/**
 * Connect, send a ClientHello, gone: the server's answer meets nobody. Closed at once, because an answer that has come
 * and is not read would make a reset of the end. The hello is recorded once, from Node itself.
 */
export async function tlsAbortOf(script: Script): Promise<Behaviour> {
  const hello = await clientHello(script.tls);
  return cycle => {
    cycle.socket.write(hello, () => cycle.socket.destroy());
  };
}

/** The first flight of a TLS client, as it would go on the wire. */
function clientHello({ sni, alpn }: TlsScript): Promise<Uint8Array> {
  return new Promise(resolve => {
    const wire = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        resolve(chunk);
        done();
        setImmediate(() => channel.destroy());
      },
    });
    const channel = connect({
      socket: wire,
      ...(sni === undefined ? {} : { servername: sni }),
      ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
    });
    channel.on('error', () => undefined);
  });
}

/** Connect, whole handshake, a request, reset with the first bytes of its answer. */
export function tlsReplyRstOf(script: Script): Behaviour {
  const over = tlsLayer(script.tls, script.greets);
  return (cycle, context) =>
    over(cycle, context, channel => {
      talk(cycle, context, () => cycle.socket.resetAndDestroy(), channel, true);
    });
}

/** Connect, whole handshake, reset: no close_notify. */
export function tlsRstOf(script: Script): Behaviour {
  const over = tlsLayer(script.tls);
  return (cycle, context) => over(cycle, context, () => cycle.socket.resetAndDestroy());
}

/** Puts TLS over the connection of a cycle; what goes wrong in the handshake fails the cycle. */
export type TlsLayer = (
  cycle: Cycle,
  context: CycleContext,
  onHandshake: (channel: TLSSocket) => void,
) => void;

/**
 * Certificates are read once, for all connections. This module is loaded only where a client of TLS is asked for:
 * node:tls costs a plain run more than all else that it loads.
 */
export function tlsLayer(
  { sni, alpn, ca, cert, key, insecure }: TlsScript,
  serverSpeaksFirst = false,
): TlsLayer {
  const secureContext = createSecureContext({
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
  const chosen = {
    secureContext,
    rejectUnauthorized: !insecure,
    ...(sni === undefined ? {} : { servername: sni }),
    ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
  };
  return (cycle, context, onHandshake) => {
    cycle.speaksTls = true;
    const channel = connect({ socket: cycle.socket, host: context.host ?? 'localhost', ...chosen });
    channel
      .on('error', (error: NodeJS.ErrnoException) => {
        cycle.error ??= error.code ?? error.message;
      })
      .once('secureConnect', () => {
        cycle.onDeadline = undefined;
        cycle.closing = true;
        // What it says must not be read before there is somebody to listen.
        if (serverSpeaksFirst) onHandshake(channel);
        else whenServerIsDone(channel, cycle, context, () => onHandshake(channel));
      });
    if (!serverSpeaksFirst) channel.resume();
    cycle.onDeadline = () => fail(cycle, NO_ANSWER);
  };
}

/**
 * With TLS 1.3 the client is done before the server: only the session tickets that follow show that the server is, too.
 * A server that sends none is given a moment. With TLS 1.2 the server has the last word of the handshake.
 */
function whenServerIsDone(
  channel: TLSSocket,
  cycle: Cycle,
  { script }: CycleContext,
  done: () => void,
): void {
  if (channel.getProtocol() !== 'TLSv1.3') {
    done();
    return;
  }
  let isDone = false;
  const once = () => {
    if (isDone) return;
    isDone = true;
    done();
  };
  // What is written from within this event stays where it is: OpenSSL is in the middle of reading.
  channel.once('session', () => setImmediate(once));
  later(cycle, script.waitMs, once);
}
