import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { toSurviveChurn } from 'churn/jest';

expect.extend({ toSurviveChurn });

test('with modules and without globals', async () => {
  const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await expect(server).toSurviveChurn({ cycles: 200 });
  server.close();
}, 30_000);
