import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { main } from '../../src/cli/main.js';
import type { Inspection } from '../../src/report/inspection.js';
import type { Report } from '../../src/report/report.js';

const ROOT = new URL('../../../', import.meta.url);
const BIN = fileURLToPath(new URL('bin/churn.js', ROOT));
const validatorOf = (file: string) =>
  new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(new URL(`dist/${file}.schema.json`, ROOT), 'utf8')),
  );
const validate = validatorOf('report');

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChurnOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A program before node, such as setpriv, with its arguments. */
  readonly through?: readonly string[];
}

/** Runs the real command line in a process of its own. A warning of Node fails the test that made it. */
export async function churn(args: readonly string[], options: ChurnOptions = {}): Promise<Outcome> {
  const [program = '', ...rest] = [...(options.through ?? []), process.execPath, BIN, ...args];
  const { NODE_V8_COVERAGE, GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, ...inherited } = process.env;
  const coverage = options.through || NODE_V8_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE };
  return new Promise((resolve, reject) => {
    execFile(
      program,
      rest,
      { maxBuffer: 1 << 28, env: { ...inherited, ...coverage, ...options.env } },
      (error, stdout, stderr) => {
        if (/Warning:/.test(stderr)) return reject(new Error(`Node warned: ${stderr}`));
        const status = error ? Number(error.code ?? -1) : 0;
        resolve({ status, stdout, stderr });
      },
    );
  });
}

/**
 * Runs the command line in this process, for what is asked of it and neither starts nor judges anything: a word that is
 * refused, a page, a report that is drawn again. That takes milliseconds where a process takes a tenth of a second.
 */
export async function ask(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  const pipe = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      said[name] += text;
    },
    ...{ isTTY: false, columns: 80, rows: 24 },
  });
  const status = await main({
    argv: args,
    env,
    stdout: pipe('stdout'),
    stderr: pipe('stderr'),
    signal: new AbortController().signal,
    nodeVersion: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cpus: 2,
    nodePath: process.execPath,
    kill: () => assert.fail('nothing was started that could be ended'),
    startupMs: 0,
    onYield: () => () => undefined,
  });
  return { status, ...said };
}

/** `churn` with `--json`; every report is held against the schema that ships. */
export async function churnJson(
  args: readonly string[],
  options: ChurnOptions = {},
): Promise<Outcome & { readonly report: Report }> {
  // Behind `--` it would be an option of the command.
  const at = args.includes('--') ? args.indexOf('--') : args.length;
  const outcome = await churn([...args.slice(0, at), '--json', ...args.slice(at)], options);
  return { ...outcome, report: parseReport(outcome.stdout) };
}

/** @throws when the text is no report by the schema. */
export function parseReport(text: string): Report {
  const report = JSON.parse(text) as Report;
  if (!validate(report)) throw new Error(`The report breaks its schema: ${JSON.stringify(validate.errors)}`);
  return report;
}

/** @throws when the text is no inspection by the schema. */
export function parseInspection(text: string): Inspection {
  const inspection = JSON.parse(text) as Inspection;
  const fits = validatorOf('inspection');
  if (!fits(inspection)) throw new Error(`The inspection breaks its schema: ${JSON.stringify(fits.errors)}`);
  return inspection;
}

/** Starts churn and hands out its process, for tests that send it signals. */
export function startChurn(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  return spawn(process.execPath, [BIN, ...args], { stdio, env: { ...process.env, ...env } });
}
