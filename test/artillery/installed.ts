import { existsSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MODULES = join(ROOT, 'node_modules/.cache/artillery/node_modules');
const NODE = join(MODULES, 'node/bin/node');
const ARTILLERY = join(MODULES, 'artillery/bin/run');

/** Why what runs Artillery is skipped; undefined: it is there, and so is the engine that was built. */
export function missingArtillery(): string | undefined {
  if (!existsSync(NODE) || !existsSync(ARTILLERY)) return 'there is no Artillery: .ci/artillery brings it';
  const link = join(MODULES, 'artillery-engine-churn');
  if (!existsSync(link)) symlinkSync(join(ROOT, 'dist/artillery-engine-churn'), link);
  return undefined;
}

/** Two workers, and nothing that Artillery would tell anybody. */
export const ARTILLERY_ENV = {
  ...{ WORKERS: '2', ARTILLERY_DISABLE_TELEMETRY: 'true', NODE_NO_WARNINGS: '1', NO_UPDATE_NOTIFIER: '1' },
} as const;

const folder = () => mkdtempSync(join(tmpdir(), 'churn-artillery-'));

/** The command that makes a load of this script, which is JSON as well as YAML. */
export function artillery(script: object, ...options: readonly string[]): string[] {
  const file = join(folder(), 'load.yml');
  writeFileSync(file, JSON.stringify(script));
  return [NODE, ARTILLERY, 'run', ...options, file];
}
