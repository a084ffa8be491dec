import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Evidence } from '../../src/verdict/evidence.js';
import { MEMORY_PROFILES } from '../../src/verdict/memory-profiles.js';
import { judgeMemory } from '../../src/verdict/memory-trend.js';
import { buildEvidence, round } from '../support/evidence.js';

interface Curve {
  readonly family: Evidence['runtime'];
  readonly server: string;
  readonly connections: readonly number[];
  readonly privateKiB: readonly number[];
}

const { series } = JSON.parse(
  readFileSync(new URL('../../../test/verdict/curves/clean-servers.json', import.meta.url), 'utf8'),
) as { readonly series: readonly Curve[] };

/** A leak added to them, in bytes per connection. */
const RAMPS = [256, 1_024, 10_240];

for (const curve of series) {
  test(`the clean memory of ${curve.server} is never accused, however early it is judged`, () => {
    for (let readings = 6; readings <= curve.connections.length; readings++) {
      assert.notEqual(judgeMemory(evidenceOf(curve, 0, readings)).state, 'grows', `${readings} readings`);
    }
  });

  for (const bytes of RAMPS.filter(ramp => ramp > MEMORY_PROFILES[curve.family].harmlessBytes)) {
    test(`the memory of ${curve.server} with ${bytes} B more per connection is never passed`, () => {
      for (let readings = 12; readings <= curve.connections.length; readings++) {
        const { state, bound } = judgeMemory(evidenceOf(curve, bytes, readings));
        assert.notEqual(state, 'flat', `${readings} readings, bound ${bound}`);
      }
    });
  }
}

function evidenceOf({ family, connections, privateKiB }: Curve, ramp: number, readings: number): Evidence {
  const rounds = connections
    .slice(0, readings)
    .map((made, index) =>
      round({ connections: made, anonBytes: (privateKiB[index] ?? 0) * 1_024 + ramp * made }),
    );
  return buildEvidence({ runtime: family, connections: connections[readings - 1] ?? 0, rounds });
}
