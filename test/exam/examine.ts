import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/report/report.js';
import type { Kind } from '../../src/verdict/finding.js';
import { parseReport } from '../support/churn.js';
import type { Case } from './case.js';
import { type Answer, type Marked, mark } from './mark.js';
import { type Server, start } from './start.js';

const BIN = fileURLToPath(new URL('../../../bin/churn.js', import.meta.url));
/** Far beyond the slowest case; a run that takes longer is an answer of its own. */
const MAX_MS = 300_000;

export interface Form {
  readonly long: boolean;
  /** Whether each server has a network of its own. */
  readonly isolated: boolean;
  readonly signal: AbortSignal;
}

/** Starts the server, has churn judge it and marks the answer; the server is gone afterwards. */
export async function examine(question: Case, { long, isolated, signal }: Form): Promise<Marked> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  try {
    const server = await start(question, isolated);
    if ('missing' in server) return { question, seconds: 0, skipped: server.missing };
    try {
      const answer = await askChurn(server, argumentsOf(question, long), signal);
      return { question, answer, mark: mark(question, answer), seconds: seconds() };
    } finally {
      await server.stop();
    }
  } catch (error) {
    const answer: Answer = { verdict: 'broken', fails: [], warns: [], summary: String(error) };
    return { question, answer, mark: 'wrong', seconds: seconds() };
  }
}

function argumentsOf({ client, thorough, churn = [], hurry = [] }: Case, long: boolean): string[] {
  return [...(thorough ? ['--thorough'] : ['--client', client]), ...churn, ...(long ? [] : hurry)];
}

/** What churn says about a server. */
export async function askChurn(
  server: Server,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Answer> {
  const { report, late } = await runChurn(server, args, signal);
  const kindsOf = (severity: string) => [
    ...new Set(report?.findings.filter(found => found.severity === severity).map(({ kind }) => kind as Kind)),
  ];
  return {
    verdict: report?.verdict ?? (late ? 'late' : 'broken'),
    fails: kindsOf('fail'),
    warns: kindsOf('warn'),
    failedClients: report?.runs?.filter(({ status }) => status === 'fail').map(({ client }) => client) ?? [],
    summary: [report?.sentence, report?.error?.sentence ?? report?.summary, ...(report?.notes ?? [])]
      .filter(Boolean)
      .join(' | '),
    words: report ? wordsOf(report) : '',
  };
}

function wordsOf({ summary, findings, notes }: Report): string {
  const words = findings.flatMap(({ title, evidence, cause, facts, advice }) => [
    ...[title, ...evidence, cause],
    ...[JSON.stringify(facts['server']), advice],
  ]);
  return [summary, ...words, ...notes].join('\n');
}

async function runChurn(
  server: Server,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly report?: Report; readonly late: boolean }> {
  signal.throwIfAborted();
  const started = server.command ? ['--', ...server.command] : [];
  const command = [process.execPath, BIN, ...server.target, '--json', ...args, ...started];
  const [program = '', ...rest] = server.beside(command);
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => child.kill('SIGKILL');
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, MAX_MS);
  signal.addEventListener('abort', end, { once: true });
  try {
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    signal.throwIfAborted();
    if (/Warning:/.test(stderr)) throw new Error(`Node warned: ${stderr}`);
    if (late) return { late };
    if (stdout === '') throw new Error(`churn printed no report: ${stderr.trim()}`);
    return { report: parseReport(stdout), late };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    end();
  }
}
