import type { CheckedProcess, ValgrindOptions } from './checked-process.js';
import type { World } from './world.js';

type Environment = World['env'];

/** valgrind's options: those of the environment first, because the command line has the last word. */
export function valgrindOptions(
  command: readonly string[],
  env: Environment,
): ValgrindOptions & { readonly logs: readonly string[] } {
  const words = [...splitWords(env['VALGRIND_OPTS'] ?? ''), ...ownWords(command)];
  const all = (name: string) =>
    words.flatMap(word => {
      const [, value] = new RegExp(`^(?:\\w+:)?--${name}=(.*)$`).exec(word) ?? [];
      return value === undefined ? [] : [value];
    });
  const last = (name: string) => all(name).at(-1);
  const leakCheck = last('leak-check');
  const isXml = last('xml') === 'yes';
  const isQuiet = words.includes('-q') || words.includes('--quiet');
  return {
    tool: last('tool') ?? 'memcheck',
    isQuiet,
    isXml,
    leakCheck: leakCheck === 'yes' || leakCheck === 'full' ? 'full' : leakCheck === 'no' ? 'no' : 'summary',
    errorExitCode: Number(last('error-exitcode') ?? 0),
    toSocket: last(isXml ? 'xml-socket' : 'log-socket') !== undefined,
    logs: [...all('log-file'), ...all('xml-file')],
  };
}

/** Without the user's own wish it looks for what is lost, and says so also where it is quiet. */
export function askCheckers(command: readonly string[], env: Environment): Record<string, string> {
  const isValgrind = command.some(isValgrindWord);
  const given = env['VALGRIND_OPTS'] ?? '';
  const words = [...splitWords(given), ...ownWords(command)];
  const isDecided = words.some(word => /--leak-check=|^--tool=(?!memcheck)/.test(word));
  return {
    // A word of the user's own comes behind, and so has the last word.
    LSAN_OPTIONS: ['log_threads=1', env['LSAN_OPTIONS'] ?? ''].filter(Boolean).join(':'),
    ...(isValgrind && !isDecided ? { VALGRIND_OPTS: `${LEAK_CHECK} ${given}`.trim() } : {}),
  };
}

/** What the options of the sanitizers say of leaks, of the status, and of where they write. */
export function sanitizerOptions(
  env: Environment,
): Pick<CheckedProcess, 'leaksSwitchedOff' | 'reportStatus'> & { readonly logs: readonly string[] } {
  const text = SANITIZERS.map(name => env[`${name}_OPTIONS`] ?? '').join(':');
  const all = (name: string) =>
    [...text.matchAll(new RegExp(`(?:^|[\\s:,])${name}=("[^"]*"|'[^']*'|[^\\s:,]*)`, 'g'))].map(
      ([, value = '']) => value.replace(/^["']|["']$/g, ''),
    );
  const isOff = (name: string) => /^(?:0|false|no)$/.test(all(name).at(-1) ?? '');
  const status = Number(all('exitcode').at(-1) ?? 0);
  return {
    leaksSwitchedOff: isOff('detect_leaks') || isOff('leak_check_at_exit'),
    reportStatus: status > 0 ? status : undefined,
    logs: all('log_path').filter(path => path !== '' && path !== 'stderr' && path !== 'stdout'),
  };
}

/**
 * The names that a pattern stands for: %p is a pid, %q{NAME} a variable, %n a number. A name without a pid may be that
 * of anybody.
 */
export function namesOf(pattern: string, env: Environment, pids: readonly number[]): RegExp {
  const source = pattern
    .split(/(%p|%n|%b|%%|%q\{[^}]*\})/)
    .map(part => {
      if (part === '%p') return `(?:${pids.join('|')})`;
      if (part === '%n') return '\\d+';
      if (part === '%b') return '[^/]*';
      if (part === '%%') return '%';
      const [, variable] = /^%q\{(.*)\}$/.exec(part) ?? [];
      return escapePattern(variable === undefined ? part : (env[variable] ?? ''));
    })
    .join('');
  return new RegExp(`^${source}$`);
}

/** The words of valgrind itself: those behind it that begin with a dash. */
function ownWords(command: readonly string[]): readonly string[] {
  const behind = command.slice(command.findIndex(isValgrindWord) + 1);
  const end = behind.findIndex(word => !word.startsWith('-'));
  return command.some(isValgrindWord) ? behind.slice(0, end < 0 ? undefined : end) : [];
}

function isValgrindWord(word: string): boolean {
  return /(^|\/)valgrind(\.bin)?$/.test(word);
}

function splitWords(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What may be lost is no error unless the user says so: it is pointed into. */
const LEAK_CHECK = '--leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite';
const SANITIZERS = ['ASAN', 'HWASAN', 'TSAN', 'MSAN', 'UBSAN', 'LSAN'];
