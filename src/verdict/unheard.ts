import type { HowItEnded } from '../exit-words.js';
import type { CheckedProcess, Sanitizer } from '../started/checked-process.js';
import { hasSummary, type SanitizerReport } from './checkers.js';

/** How it came to its end. */
interface Stop {
  readonly how: 'itself' | 'term' | 'kill';
  readonly exit: HowItEnded | undefined;
}

/** A checker that could not report, and why. */
export interface Unheard {
  readonly tool: 'LeakSanitizer' | 'valgrind' | 'ThreadSanitizer' | 'MemorySanitizer' | 'UBSan';
  readonly pids: readonly number[];
  readonly why:
    | 'signal'
    | 'killed'
    | 'no-exit'
    | 'switched-off'
    | 'quiet'
    | 'elsewhere'
    | 'broken'
    | 'other-faults';
}

/**
 * Who had no chance to report what the server has lost. LeakSanitizer looks in exit(), and names each thread that it
 * looks at when it is told to; valgrind ends with a summary, unless it is quiet.
 */
export function findUnheard(processes: readonly CheckedProcess[], text: string, stop: Stop): Unheard[] {
  const all = processes
    .filter(({ wasStopped }) => wasStopped)
    .flatMap(one => {
      const unheard = [
        ...unheardLeaks(one, text, stop),
        ...unheardRaces(one),
        ...unheardValgrind(one, text, stop),
      ];
      return unheard.length > 0 ? unheard : unaskedForLeaks(one);
    });
  const groups = new Map<string, Unheard>();
  for (const one of all) {
    const key = `${one.tool} ${one.why}`;
    groups.set(key, { ...one, pids: [...(groups.get(key)?.pids ?? []), ...one.pids] });
  }
  return [...groups.values()];
}

function unheardLeaks(
  { pid, sanitizers, leaksSwitchedOff, isMute }: CheckedProcess,
  text: string,
  stop: Stop,
): Unheard[] {
  if (!sanitizers.some(name => LOOKS_FOR_LEAKS.includes(name))) return [];
  if (new RegExp(`==Processing thread ${pid}\\.$`, 'm').test(text)) return [];
  const because = (why: Unheard['why']): Unheard[] => [{ tool: 'LeakSanitizer', pids: [pid], why }];
  if (/LeakSanitizer has encountered a fatal error/.test(text)) return because('broken');
  if (leaksSwitchedOff) return because('switched-off');
  if (stop.how === 'kill') return because('killed');
  if (stop.exit?.signal === 'SIGTERM' || stop.exit?.signal === 'SIGINT') return because('signal');
  return because(isMute ? 'elsewhere' : 'no-exit');
}

/** They report at once, and only have to be read. */
function unheardRaces({ pid, sanitizers, isMute }: CheckedProcess): Unheard[] {
  if (!isMute) return [];
  return sanitizers.flatMap((name): Unheard[] => {
    const tool = AT_ONCE[name];
    return tool === undefined ? [] : [{ tool, pids: [pid], why: 'elsewhere' }];
  });
}

/** What keeps freed memory, so that nobody can judge it from outside, and looks for other faults than lost memory itself. */
function unaskedForLeaks({ pid, sanitizers, valgrind }: CheckedProcess): Unheard[] {
  const because = (tool: Unheard['tool']): Unheard[] => [{ tool, pids: [pid], why: 'other-faults' }];
  if (valgrind && valgrind.tool !== 'memcheck') return because('valgrind');
  if (sanitizers.some(name => LOOKS_FOR_LEAKS.includes(name))) return [];
  if (sanitizers.includes('thread')) return because('ThreadSanitizer');
  return sanitizers.includes('memory') ? because('MemorySanitizer') : [];
}

function unheardValgrind(
  { pid, isFirst, valgrind, isMute }: CheckedProcess,
  text: string,
  stop: Stop,
): Unheard[] {
  if (!valgrind || !['memcheck', 'helgrind', 'drd'].includes(valgrind.tool)) return [];
  const { tool, isQuiet, isXml, leakCheck, errorExitCode, toSocket } = valgrind;
  const because = (why: Unheard['why']): Unheard[] => [{ tool: 'valgrind', pids: [pid], why }];
  if (tool === 'memcheck' && leakCheck === 'no') return because('switched-off');
  const hasStatus = isFirst && errorExitCode > 0 && stop.exit?.status !== undefined;
  const tellsByStatus = hasStatus && (tool !== 'memcheck' || leakCheck === 'full');
  if (hasSummary(text, pid)) return [];
  if (stop.how === 'kill') return because('killed');
  if (tellsByStatus) return [];
  if (toSocket || isMute) return because('elsewhere');
  // With XML it always tells of each loss.
  if (isXml || !isQuiet) return because('elsewhere');
  return tool === 'memcheck' && leakCheck !== 'full' ? because('quiet') : [];
}

/** A status that a checker gives for its reports, where it was not read what they say. */
export function judgeStatus(
  processes: readonly CheckedProcess[],
  { exit, how }: Stop,
  known: readonly SanitizerReport[],
): SanitizerReport[] {
  const status = exit?.status;
  if (known.length > 0 || how === 'kill' || status === undefined || status === 0) return [];
  const isFrom = (wanted: (one: CheckedProcess) => boolean) => processes.some(wanted);
  const said = `exit status ${status}`;
  if (isFrom(({ valgrind }) => valgrind?.errorExitCode === status)) {
    return [
      { tool: 'valgrind', said: `${said}, which --error-exitcode=${status} gives to a program with errors` },
    ];
  }
  const own = isFrom(({ reportStatus }) => reportStatus === status)
    ? 'the sanitizer'
    : isFrom(({ sanitizers }) => sanitizers.includes('thread') && status === 66)
      ? 'ThreadSanitizer'
      : isFrom(({ sanitizers }) => sanitizers.includes('leak') && status === 23)
        ? 'LeakSanitizer'
        : undefined;
  return own === undefined
    ? []
    : [{ tool: own, said: `${said}, with which it ends a program that it has reports on` }];
}

const LOOKS_FOR_LEAKS: readonly Sanitizer[] = ['address', 'hwaddress', 'leak'];
const AT_ONCE: Readonly<Partial<Record<Sanitizer, Unheard['tool']>>> = {
  thread: 'ThreadSanitizer',
  memory: 'MemorySanitizer',
  undefined: 'UBSan',
};
