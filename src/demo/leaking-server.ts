import { createServer, type Socket } from 'node:net';
import { serve } from './serve.js';

/** Leaking: with `allowHalfOpen` the server's side has to be ended by hand, and nobody does. */
const clients = new Map<number, Socket>();
let accepted = 0;

serve(
  createServer({ allowHalfOpen: true }, socket => {
    accepted += 1;
    clients.set(accepted, socket);
    socket.on('error', () => undefined);
    socket.resume();
  }),
);
