import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { Behaviour } from '../behaviour.js';
import type { Script, TlsScript } from '../script.js';

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
