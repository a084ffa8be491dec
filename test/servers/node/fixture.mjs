// What the servers of this folder share: their command line, a free port, the line that says ready.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { parseArgs } from 'node:util';

/** @param {Record<string, string>} faults the faults that a server can commit, with a sentence on each */
export function readArguments(faults) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      fault: { type: 'string' },
      every: { type: 'string', default: '1' },
      bytes: { type: 'string', default: '1024' },
      at: { type: 'string', default: '1' },
      'list-faults': { type: 'boolean', default: false },
    },
  });
  if (values['list-faults']) {
    process.stdout.write(`${Object.keys(faults).join('\n')}\n`);
    process.exit(0);
  }
  if (values.fault !== undefined && !(values.fault in faults)) {
    process.stderr.write(`no fault ${values.fault} here; there are: ${Object.keys(faults).join(', ')}\n`);
    process.exit(2);
  }
  const { host, fault } = values;
  return {
    host,
    fault,
    port: Number(values.port),
    every: Number(values.every),
    bytes: Number(values.bytes),
    at: Number(values.at),
  };
}

/** Listens on the wanted port, or on a free one below the ephemeral range, and says so when the server is ready. */
export async function listen(server, { port, host }) {
  server.listen(port || (await freePort(host)), host);
  await once(server, 'listening');
  process.stdout.write(`ready ${server.address().port} ${process.pid}\n`);
}

export async function freePort(host) {
  const firstEphemeral = Number(
    readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/)[0],
  );
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 10_000 + Math.floor(Math.random() * (firstEphemeral - 10_000));
    const probe = createServer();
    try {
      await once(probe.listen(port, host), 'listening');
    } catch {
      continue;
    }
    await new Promise(closed => probe.close(closed));
    return port;
  }
  throw new Error('no free port found');
}

/** Makes a socket forget to close its descriptor when the client resets. Node does that by itself, so it takes a hook. */
export function staysOpenAfterReset(socket, kept) {
  socket._destroy = (error, done) => {
    if (error?.code !== 'ECONNRESET') return Socket.prototype._destroy.call(socket, error, done);
    kept.push(socket);
    done(error);
  };
}
