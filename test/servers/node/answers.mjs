// A server that answers a line with a line: OK to HELLO, +PONG to anything else.
import { createServer } from 'node:net';

const server = createServer(socket => {
  socket.on('error', () => {});
  socket.on('data', bytes => socket.write(String(bytes).startsWith('HELLO') ? 'OK\r\n' : '+PONG\r\n'));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`ready ${server.address().port} ${process.pid}\n`));
