// Keeps a connection for some seconds after its client has gone, by a timer for each: clean, but late.
//
//     node late-closer.mjs SECONDS [--leak]     with --leak it closes nothing then
import { createServer } from 'node:net';
import { listen } from './fixture.mjs';

const [seconds, leak] = process.argv.slice(2);
const kept = [];
const server = createServer({ allowHalfOpen: true }, socket => {
  socket.resume();
  socket.on('error', () => socket.destroy());
  socket.on('end', () => {
    setTimeout(() => (leak ? kept.push(socket) : socket.end()), Number(seconds) * 1_000);
  });
});
await listen(server, { port: 0, host: '127.0.0.1' });
