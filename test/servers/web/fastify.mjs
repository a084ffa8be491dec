// Items over Fastify.
//   node fastify.mjs [--port N] [--host ADDR] [--fault items] [--list-faults]
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastify from 'fastify';

import { freePort, readArguments } from '../node/fixture.mjs';

const { fault, host, port } = readArguments({ items: 'each request for an item opens a file and keeps it' });
const kept = [];
const app = fastify();
app.get('/api/items/:id', async ({ params }) => {
  if (fault === 'items') kept.push(openSync(fileURLToPath(import.meta.url)));
  return { id: params.id };
});
app.post('/api/items', async ({ body }, reply) => reply.code(201).send(body));

await app.listen({ host, port: Number(port) || (await freePort(host)) });
process.stdout.write(`ready ${app.server.address().port} ${process.pid}\n`);
