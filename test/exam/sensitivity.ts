import type { Case } from './case.js';
import { askChurn, type Form } from './examine.js';
import { start } from './start.js';

/** The smallest leaks that a run with the default budget finds, in one kind of server after the other. */
const SERVERS: ReadonlyArray<readonly [server: string, memoryFault: string]> = [
  ['c/poll', 'malloc'],
  ['c/thread', 'malloc'],
  ['node/net', 'memory'],
  ['python/threading_server', 'memory'],
  ['java/ThreadServer', 'memory'],
  ['go/server', 'memory'],
  ['ruby/thread_server', 'memory'],
  ['lua/select_server', 'memory'],
  ['perl/select_server', 'memory'],
  ['php/select_server', 'memory'],
  ['erlang/server', 'memory'],
  ['csharp/Server', 'memory'],
  ['ocaml/server', 'memory'],
  ['haskell/Server', 'memory'],
  ['lisp/server', 'memory'],
  ['guile/server', 'memory'],
  ['racket/server', 'memory'],
];
const EVERY = [10, 100, 1_000, 10_000];
const BYTES = [16, 64, 256, 1_024];
const MIN_CYCLES = 1_000;

/** Draws the tables row by row; a cell is what churn answered. */
export async function measureSensitivity(form: Form, say: (line: string) => void): Promise<void> {
  say(drawRow('one connection forgotten in', EVERY.map(String)));
  for (const [server] of SERVERS) {
    const cells: string[] = [];
    for (const every of EVERY) {
      const churn = ['--cycles', String(Math.max(MIN_CYCLES, 2 * every))];
      cells.push(await ask({ server, fault: 'no-close', args: ['--every', String(every)], churn }, form));
    }
    say(drawRow(server, cells));
  }
  say(drawRow('bytes kept per connection', BYTES.map(String)));
  for (const [server, fault] of SERVERS) {
    const cells: string[] = [];
    for (const bytes of BYTES)
      cells.push(await ask({ server, fault, args: ['--bytes', String(bytes)] }, form));
    say(drawRow(server, cells));
  }
}

async function ask(question: Omit<Case, 'client' | 'verdict'>, { isolated, signal }: Form): Promise<string> {
  if (signal.aborted) return '-';
  try {
    const server = await start({ ...question, client: 'fin', verdict: 'fail' }, isolated);
    if ('missing' in server) return 'skipped';
    try {
      const { verdict, fails } = await askChurn(server, question.churn ?? [], signal);
      return [verdict, ...fails].join(' ');
    } finally {
      await server.stop();
    }
  } catch (error) {
    return signal.aborted ? '-' : `broken: ${error}`;
  }
}

function drawRow(head: string, cells: readonly string[]): string {
  return head.padEnd(30) + cells.map(cell => cell.padStart(16)).join('');
}
