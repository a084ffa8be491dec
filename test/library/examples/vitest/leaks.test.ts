import 'churn/vitest';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';

test('this one fails, and its message is the report', { timeout: 30_000 }, async () => {
  const server = createServer({ allowHalfOpen: true }, socket => socket.resume()).listen(0);
  await once(server, 'listening');
  await expect(server).toSurviveChurn({ cycles: 50 });
});
