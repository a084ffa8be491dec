import { createServer } from 'node:net';
import { serve } from './serve.js';

/** Clean: the end of a connection, orderly or not, ends the socket too. */
serve(
  createServer(socket => {
    socket.on('error', () => socket.destroy());
    socket.resume();
  }),
);
