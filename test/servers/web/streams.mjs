// An HTTP/2 server on node:http2, without TLS, that forgets something with each stream.
//   node streams.mjs [--port N] [--host ADDR] [--fault NAME] [--list-faults]
import { openSync } from 'node:fs';
import { createServer } from 'node:http2';
import { fileURLToPath } from 'node:url';

import { listen, readArguments } from '../node/fixture.mjs';

const options = readArguments({
  answered: 'a stream that was answered keeps a file',
  reset: 'a stream that the client has reset keeps a file',
});

const kept = [];
const keep = () => kept.push(openSync(fileURLToPath(import.meta.url)));

const server = createServer();
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  stream.on('close', () => {
    if (options.fault === (stream.rstCode === 0 ? 'answered' : 'reset')) keep();
  });
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ':status': headers[':path'] === '/' ? 200 : 404 });
  stream.end('hello\n');
});
server.on('sessionError', () => {});

await listen(server, options);
