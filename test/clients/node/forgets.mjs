// Raw sockets that are forgotten in the way that is asked for: whatever happens, nobody calls destroy().
import net from 'node:net';
import { makeRequests } from './requests.mjs';

const GIVES_UP_MS = Number(process.env.GIVES_UP_MS ?? 5_000);
const kept = [];

await makeRequests(
  port =>
    new Promise(resolve => {
      const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      kept.push(socket);
      const timer = setTimeout(resolve, GIVES_UP_MS);
      const over = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      socket
        .on('data', () => undefined)
        .on('end', over)
        .on('error', over)
        .on('close', over);
    }),
);
