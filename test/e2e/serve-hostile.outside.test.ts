import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judged, python } from '../support/serve.js';

for (const how of ['garbage', 'header', 'body', 'flood']) {
  test(`a client that sends ${how} does not make this server grow`, async () => {
    const { report } = await judged([], python('hostile', how), { MIB: '256' });
    const { own, clients } = report.serve ?? {};
    assert.ok(own && own.peakBytes < 128 * 1_048_576, JSON.stringify(own));
    if (how === 'garbage' || how === 'header') assert.ok((clients?.[0]?.garbage ?? 0) > 0);
  });
}

test('an open connection costs this server no more than some KiB, whatever else it needs for 2000 of them', async () => {
  const { report } = await judged([], python('holds', '2000'), { LINGER_MS: '3000' });
  const { own } = report.serve ?? {};
  assert.ok(own?.perConnectionBytes && own.perConnectionBytes < 64 * 1_024, JSON.stringify(own));
});
