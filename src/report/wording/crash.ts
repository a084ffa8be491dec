import { exitWords } from '../../exit-words.js';
import { plural } from '../../units.js';
import type { CrashFinding } from '../../verdict/finding.js';
import { escapeText } from '../escape.js';
import { EXPLANATIONS } from './explain/table.js';

export function crashTitle({ pids, cycles, phase, openFilesLimit, lost }: CrashFinding): string {
  if (lost) {
    const one = pids.length === 1;
    return `${one ? 'process' : 'processes'} ${pids.join(', ')} of the server ended, and nobody took ${one ? 'its' : 'their'} place`;
  }
  const who = `process ${pids.join(', ')} died`;
  if (openFilesLimit !== undefined) return `${who} at its limit of ${openFilesLimit} descriptors`;
  if (!cycles) return who;
  const [from, to] = cycles;
  const where = from >= to ? `on cycle ${to}` : `on cycle ${from} … ${to}`;
  return `${who} ${where}${phase === 'cycles' ? '' : ` of the ${phase}`}`;
}

/** With which signal or status, where somebody was told. */
export function crashCause({ endings = [], lost }: CrashFinding): string {
  if (lost && lost.cutOff > 0) {
    const cut = `${plural(lost.cutOff, 'connection was', 'connections were')} cut off meanwhile: a process that dies, not one that retires`;
    return endings.length === 0 ? cut : `${cut}; ${endingsOf(endings)}`;
  }
  if (lost && endings.length === 0) {
    return 'a worker that crashed is not told from one that retired or whose job was done: no cycle was cut off, and how it ended only its parent was told';
  }
  return endings.length === 0 ? EXPLANATIONS.crash.cause : endingsOf(endings);
}

function endingsOf(endings: NonNullable<CrashFinding['endings']>): string {
  if (endings.length === 1) return `it ended with ${exitWords(endings[0] ?? {})}`;
  return endings.map(ending => `process ${ending.pid} ended with ${exitWords(ending)}`).join(', ');
}

/** Undefined where the usual advice is right. */
export function lostAdvice({ lost, severity }: Pick<CrashFinding, 'lost' | 'severity'>): string | undefined {
  if (!lost || severity === 'fail') return undefined;
  return 'look at: the log of its parent, which is told how it ended (waitpid), and `dmesg`; where it ends by design: --allow crash=1';
}

export function crashEvidence({ connections, lost, nearLimit }: CrashFinding): string[] {
  if (lost) {
    return lost.processes
      .slice(0, 4)
      .flatMap(({ pid, title, said }) => [
        `pid ${pid}: ${escapeText(title)}`,
        ...(said === undefined ? [] : [`kernel log: ${escapeText(said)}`]),
      ]);
  }
  if (!connections) return [];
  const [from, to] = connections;
  return [
    `that is connection ${from >= to ? to : `${from} … ${to}`} since the run began, the warm-up counted`,
    ...(nearLimit === undefined
      ? []
      : [
          `its limit is ${nearLimit} descriptors: poll() fails with EINVAL when it is given more entries than that, those of clients that have gone included; or an array of that size is full`,
        ]),
  ];
}
