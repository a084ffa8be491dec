import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startC } from '../servers/launch.js';
import { brand } from '../support/survivors.js';

const BIN = fileURLToPath(new URL('../../../bin/churn.js', import.meta.url));

/** A program that has left its group and its session, one that ignores SIGTERM, and one that waits for them. */
const STUBBORN = 'setsid sleep 600 & (trap "" TERM; exec sleep 600) & wait';

const ENDS = ['SIGKILL', 'SIGTERM'] as const;

describe('what churn starts beside a server does not survive it', { concurrency: 4 }, () => {
  for (const signal of ENDS) {
    it(`the client of serve: ${signal}`, async () => {
      await killed(['serve', '--', 'sh', '-c', STUBBORN], signal);
    });

    it(`the load of watch: ${signal}`, async () => {
      const server = await startC('poll');
      try {
        await killed(['watch', '--port', String(server.port), '--', 'sh', '-c', STUBBORN], signal);
      } finally {
        await server.stop();
      }
    });
  }
});

async function killed(args: readonly string[], signal: NodeJS.Signals): Promise<void> {
  const { env, survivors } = brand();
  const run = spawn(process.execPath, [BIN, ...args], { stdio: 'ignore', env: { ...process.env, ...env } });
  // churn, the shell, and two that sleep; the watchdog has no environment.
  while (survivors().length < 4) await sleep(10);
  const gone = once(run, 'exit');
  run.kill(signal);
  await gone;
  const startedAtMs = performance.now();
  while (survivors().length > 0) {
    assert.ok(performance.now() - startedAtMs < 10_000, `${survivors()} live on`);
    await sleep(10);
  }
}
