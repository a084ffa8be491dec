import { signalName } from '../../exit-words.js';
import { formatBytes, formatCount, formatDuration, plural } from '../../units.js';
import { isCrashSignal } from '../../verdict/departed.js';
import type {
  Finding,
  GrowingKind,
  GrowthFinding,
  Kind,
  MemoryFinding,
  RefusedFinding,
  ReplyFinding,
  RestartFinding,
} from '../../verdict/finding.js';
import { escapeText } from '../escape.js';
import { crashCause, crashEvidence, crashTitle } from './crash.js';
import { EXPLANATIONS } from './explain/table.js';
import { fdEvidence, fdTitle, groupWords } from './fd.js';
import { gaugeCause, gaugeEvidence, gaugeTitle } from './gauge.js';
import { hangAdvice, hangCause, hangEvidence, hangTitle } from './hang.js';
import { LIFE_WORDS } from './life-findings.js';
import { ratio, rounds, signed } from './numbers.js';
import type { ServerKind } from './server-kind.js';

/** All that is said of one kind of finding. */
interface Words<F extends { readonly kind: Kind }> {
  /** One line: what is wrong, in numbers. */
  readonly title: (finding: F) => string;
  /** The most likely reason, in the words of a socket programmer. */
  readonly cause: (finding: F) => string;
  /** Where to look, or what to do next. */
  readonly advice: (finding: Served<F>) => string;
  readonly evidence: (finding: F) => readonly string[];
}

/** A finding, and how the server is built, where that was told. */
type Served<F> = F & { readonly server?: ServerKind | undefined };

type FindingOf<K extends Kind> = Extract<Finding, { kind: K }>;

/** Total: a new kind of finding does not compile until everything about it is said. */
export const WORDS: { readonly [K in Kind]: Words<FindingOf<K>> } = {
  fd: {
    title: fdTitle,
    cause: ({ groups }) => groupWords(groups[0]).cause,
    advice: ({ groups, server }) => groupWords(groups[0], server).advice,
    evidence: fdEvidence,
  },
  thread: growthWords('thread', 'threads'),
  child: growthWords('child', 'child processes'),
  zombie: growthWords('zombie', 'zombie processes'),
  mapping: growthWords('mapping', 'memory mappings'),
  memory: {
    title: memoryTitle,
    cause: () => EXPLANATIONS.memory.cause,
    advice: adviceOn('memory'),
    evidence: ({ low, high, perRound }) => [
      `between ${formatCount(low)} and ${formatCount(high)} B/cycle (95 %), by round: ${perRound
        .slice(-6)
        .map(bytes => signed(bytes, formatBytes))
        .join('  ')}`,
    ],
  },
  crash: {
    title: crashTitle,
    cause: crashCause,
    advice: adviceOn('crash'),
    evidence: crashEvidence,
  },
  restart: {
    title: ({ count, openFilesLimit }) =>
      `${plural(count, 'worker process', 'worker processes')} ended${openFilesLimit === undefined ? '' : ` at the limit of ${openFilesLimit} descriptors`} and ${count === 1 ? 'was' : 'were'} replaced`,
    cause: restartCause,
    advice: adviceOn('restart'),
    evidence: ({ workers }) =>
      workers
        .slice(0, 4)
        .map(({ pid, replacedBy, signal }) => `pid ${pid}${endedBy(signal)}, replaced by ${replacedBy}`),
  },
  hang: {
    title: hangTitle,
    cause: hangCause,
    advice: finding => hangAdvice(finding) ?? adviceOn('hang')(finding),
    evidence: hangEvidence,
  },
  reply: {
    title: ({ count, of }) => `${formatCount(count)} of ${plural(of, 'request')} got no proper answer`,
    cause: () => EXPLANATIONS.reply.cause,
    advice: adviceOn('reply'),
    evidence: replyEvidence,
  },
  ...LIFE_WORDS,
  sanitizer: {
    title: ({ reports }) =>
      `${[...new Set(reports.map(({ tool }) => escapeText(tool)))].join(', ')} reported ${plural(reports.length, 'error')}`,
    cause: () => EXPLANATIONS.sanitizer.cause,
    advice: adviceOn('sanitizer'),
    evidence: ({ reports }) => reports.slice(0, 6).map(({ tool, said }) => escapeText(`${tool}: ${said}`)),
  },
  gauge: {
    title: gaugeTitle,
    cause: gaugeCause,
    advice: adviceOn('gauge'),
    evidence: gaugeEvidence,
  },
  refused: {
    title: ({ count, of }) => `${formatCount(count)} of ${plural(of, 'connection')} failed`,
    cause: ({ failures, listenerGone }: RefusedFinding) =>
      listenerGone
        ? 'the server lives, but it does not listen any more'
        : `${Object.entries(failures)
            .map(([kind, count]) => `${formatCount(count)} ${kind}`)
            .join(', ')}, although the server lives`,
    advice: adviceOn('refused'),
    evidence: ({ firstCycle, phase }) => [
      `the first was cycle ${firstCycle}${phase === 'cycles' ? '' : ` of the ${phase}`}`,
    ],
  },
};

/** The words for a finding, whatever its kind. */
export function wordsFor<K extends Kind>(kind: K): Words<FindingOf<K>> {
  return WORDS[kind];
}

/** The advice on a kind, for this kind of server where there is one of its own. */
function adviceOn(kind: Kind): (finding: { readonly server?: ServerKind | undefined }) => string {
  const { advice, adviceFor = {} } = EXPLANATIONS[kind];
  return ({ server = 'unknown' }) => adviceFor[server] ?? advice;
}

function growthWords(kind: GrowingKind, many: string): Words<GrowthFinding> {
  return {
    title: ({ count, perCycle, stale }) =>
      stale
        ? `${many}: ${formatCount(count)} more after ${plural(stale.reloads, 'reload')}, the old ones stay`
        : `${many}: ${formatCount(count)} more, ${ratio(perCycle)}`,
    cause: ({ stale }) =>
      stale ? 'workers of before a reload do not leave when new ones have come' : EXPLANATIONS[kind].cause,
    advice: finding => (finding.stale ? EXPLANATIONS.reload.advice : adviceOn(kind)(finding)),
    evidence: ({ perRound, limit, connectionsLeft, stale }) => [
      stale
        ? `pids of old ones that are still there: ${stale.pids.slice(0, 8).join(', ')}`
        : `grew again in every confirming round:${rounds(perRound)}`,
      ...(limit !== undefined && connectionsLeft !== undefined
        ? [`limit ${limit}: reached after ${formatCount(connectionsLeft)} more connections`]
        : []),
    ],
  };
}

function replyEvidence({ unanswered, unexpected, closedFirst, heard, ...rest }: ReplyFinding): string[] {
  const { timeoutMs, firstCycle, phase } = rest;
  const how = closedFirst ? 'the server closed instead' : `nothing came within ${formatDuration(timeoutMs)}`;
  return [
    ...(unanswered > 0 ? [`${plural(unanswered, 'request')} without an answer: ${how}`] : []),
    ...(unexpected > 0
      ? [
          `${plural(unexpected, 'answer')} not as expected, the first: ${escapeText(JSON.stringify(heard ?? ''))}`,
        ]
      : []),
    `the first was cycle ${firstCycle}${phase === 'cycles' ? '' : ` of the ${phase}`}`,
  ];
}

function memoryTitle({ perCycle, count }: MemoryFinding): string {
  return `memory grows by ${formatCount(perCycle)} B/cycle (${formatBytes(count)} so far)`;
}

function restartCause({ cutOff, watched = 0, workers, openFilesLimit }: RestartFinding): string {
  if (openFilesLimit !== undefined) return 'accept() or open() failed with EMFILE, and the worker left';
  if (cutOff > 0) {
    return `${plural(cutOff, 'cycle was', 'cycles were')} cut off meanwhile: a worker that dies, not one that retires`;
  }
  if (workers.some(({ signal }) => isCrashSignal(signal)))
    return 'a worker crashed, and the master replaced it';
  const { cause } = EXPLANATIONS.restart;
  return watched > 0
    ? `${cause}: of ${plural(watched, 'connection')} that waited for an answer none was cut off`
    : cause;
}

function endedBy(signal: number | undefined): string {
  return signal === undefined ? '' : ` ended by ${signalName(signal)}`;
}
