// The gauge in an acceptance run that knows nothing of sockets: churn serve --status 503 -- node --test acceptance.test.mjs
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';

const client = new Client(`http://127.0.0.1:${process.env.PORT}`);

// What ends with the process is not held against it: as an application does, it stays for a while.
after(async () => {
  await sleep(500);
  client.close();
});

for (let step = 1; step <= 8; step++) {
  test(`step ${step} of the story, while the service is down`, async () => {
    await assert.rejects(client.fetch(), /status 503/);
    // Whoever asks again at once may not know yet that a connection is free: a story has pauses.
    await sleep(50);
  });
}
