import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ChurnError } from '../../src/errors.js';
import { REPORTER_NAMES, REPORTERS } from '../../src/report/registry.js';
import { parseSavedReport } from '../../src/report/saved.js';
import { randomAt } from '../../src/workload/prng.js';
import { REPORTS } from '../support/reports.js';

const isValid = new Ajv2020({ allErrors: false, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(new URL('../../../src/report/report.schema.json', import.meta.url), 'utf8')),
);

/** A sample with some of its values replaced; undefined where the schema refuses it. */
export function mutatedReport(seed: number): string | undefined {
  const samples = Object.values(REPORTS);
  let turn = 0;
  const pick = (most: number) => Math.floor(randomAt(seed, turn++) * most);
  const value: unknown = JSON.parse(JSON.stringify(samples[pick(samples.length)]));
  for (let change = pick(4); change >= 0; change--) mutate(value, pick);
  return isValid(value) ? JSON.stringify(value) : undefined;
}

function mutate(value: unknown, pick: (most: number) => number): void {
  let at = value as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(at);
    const key = keys[pick(keys.length)];
    if (key === undefined) return;
    const held = at[key];
    if (typeof held === 'object' && held !== null && pick(6) > 0 && Object.keys(held).length > 0) {
      at = held as Record<string, unknown>;
      continue;
    }
    if (Array.isArray(held)) at[key] = pick(2) === 0 ? [] : [...held, ...held];
    else if (pick(5) === 0) delete at[key];
    else if (typeof held === 'number') at[key] = NUMBERS[pick(NUMBERS.length)];
    else if (typeof held === 'string') at[key] = TEXTS[pick(TEXTS.length)];
    else at[key] = null;
    return;
  }
}

const NUMBERS = [0, 1, -1, 0.5, 1e-9, 1e15, Number.MAX_SAFE_INTEGER, 4_294_967_296];
const TEXTS = [
  '',
  '0 leaks',
  '\u001b[31m',
  '<script>',
  '::error::',
  ']]>',
  'a'.repeat(10_000),
  '\ud800',
  '|\n|',
];

/** Reads a report as `churn render` does, and writes it in every format. What is wrong with that. */
export async function renderedWrong(text: string): Promise<string | undefined> {
  try {
    const report = parseSavedReport(text, 'mutated.json');
    for (const name of REPORTER_NAMES) {
      const rendered = (await REPORTERS[name]())(report, { colorLevel: 0, columns: 80 });
      if (!report.clean && /0 leak|no leak/.test(rendered)) return `${name} has the words of a proof`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof ChurnError) return undefined;
    return `${(error as Error).stack}`;
  }
}
