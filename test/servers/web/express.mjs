// Items over Express.
//   node express.mjs [--port N] [--fault items] [--list-faults]
import { openSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import express from 'express';

import { listen, readArguments } from '../node/fixture.mjs';

const options = readArguments({ items: 'each request for an item opens a file and keeps it' });
const kept = [];
const app = express();
app.use(express.json());
app.get('/api/items/:id', (request, response) => {
  if (options.fault === 'items') kept.push(openSync(fileURLToPath(import.meta.url)));
  response.json({ id: request.params.id });
});
app.post('/api/items', (request, response) => response.status(201).json(request.body));

await listen(createServer(app), options);
