import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPackets, renderClients, renderClientsJson } from '../../src/report/clients.js';
import { CLIENT_NAMES, FACTS } from '../../src/workload/client-names.js';

for (const name of CLIENT_NAMES) {
  test(`${name} has a drawing in ASCII, at most 60 columns wide, that ends as the client does`, () => {
    const { packets, ends } = FACTS[name];
    const lines = drawPackets(packets);
    for (const line of lines) {
      assert.ok(line.length <= 60, line);
      assert.match(line, /^[ -~]+$/);
      assert.equal(line.length, lines[0]?.length);
    }
    assert.ok(packets.includes(`> ${ends}`));
  });
}

for (const columns of [60, 80, 120]) {
  test(`at ${columns} columns all clients are listed, and nothing is wider`, () => {
    const lines = renderClients(columns).split('\n');
    for (const name of CLIENT_NAMES)
      assert.ok(
        lines.some(line => line.startsWith(`${name} `)),
        name,
      );
    for (const line of lines) assert.ok(line.length <= columns, line);
  });
}

test('as JSON each has its name, line, needs and drawing', () => {
  const { clients } = JSON.parse(renderClientsJson()) as { clients: Array<Record<string, unknown>> };
  assert.deepEqual(
    clients.map(({ name }) => name),
    [...CLIENT_NAMES],
  );
  for (const client of clients)
    assert.deepEqual(Object.keys(client), [
      'name',
      'summary',
      'request',
      'waitsFor',
      'tls',
      'ends',
      'packets',
      'drawing',
    ]);
});
