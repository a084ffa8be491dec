import { connect } from 'node:net';

/**
 * What Node can do: the least that opens and closes connections with net.Socket. Prints cycles per second.
 *
 *     bare-sockets PORT CYCLES CONCURRENCY
 */
const [port = 0, cycles = 0, concurrency = 1] = process.argv.slice(2).map(Number);
const startedAtMs = performance.now();
let begun = 0;
let ended = 0;

for (let client = 0; client < concurrency; client++) next();

function next(): void {
  if (begun === cycles) return;
  begun += 1;
  const socket = connect({ host: '127.0.0.1', port, autoSelectFamily: false }, () => socket.destroy());
  socket.on('close', () => {
    ended += 1;
    if (ended === cycles) process.stdout.write(`${(cycles / (performance.now() - startedAtMs)) * 1_000}\n`);
    next();
  });
}
