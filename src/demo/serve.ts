import { readFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';

/**
 * Listens on a free port and says so on stdout: "ready PORT". Ends with the demo: its standard input is a pipe that
 * closes when the demo is gone, however that came.
 */
export function serve(server: Server): void {
  process.stdin.resume().on('end', () => process.exit(0));
  listen(server, 20);
}

/** Below the ephemeral range: a port in it could be met by a connection to itself. */
function listen(server: Server, attempts: number): void {
  const lowest = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1').split(/\s/)[0]);
  const port = 10_000 + Math.floor(Math.random() * Math.max(1, lowest - 10_000));
  server
    .once('error', error => {
      if (attempts === 0) throw error;
      server.removeAllListeners('listening');
      listen(server, attempts - 1);
    })
    .listen(port, '127.0.0.1', () => {
      process.stdout.write(`ready ${(server.address() as AddressInfo).port}\n`);
    });
}
