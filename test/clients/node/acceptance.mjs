// An acceptance run that knows nothing of sockets: churn serve -- node --test acceptance.mjs
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from './http-get.mjs';

const shared = new http.Agent({ keepAlive: true, maxFreeSockets: 2 });
const agents = [shared];

/** The client under test, leaking or fixed. */
function agentOfRequest() {
  if (process.env.CLIENT !== 'leaking') return shared;
  const own = new http.Agent({ keepAlive: true });
  agents.push(own);
  return own;
}

after(async () => {
  await sleep(500);
  for (const agent of agents) agent.destroy();
});

for (let step = 1; step <= 20; step++) {
  test(`step ${step} of the story`, async () => {
    await assert.doesNotReject(get(Number(process.env.PORT), agentOfRequest()));
  });
}
