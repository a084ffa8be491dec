import { signalName } from '../../exit-words.js';
import { formatBytes, formatCount, formatDuration, plural } from '../../units.js';
import { isCrashSignal } from '../../verdict/departed.js';
import type {
  Finding,
  GaugeFinding,
  GrowingKind,
  GrowthFinding,
  HangFinding,
  Kind,
  MemoryFinding,
  RefusedFinding,
  ReplyFinding,
  RestartFinding,
} from '../../verdict/finding.js';
import { escapeText } from '../escape.js';
import { crashCause, crashEvidence, crashTitle, lostAdvice } from './crash.js';
import { EXPLANATIONS } from './explain/table.js';
import { fdEvidence, fdTitle, groupWords, OWN_TIMEOUT } from './fd.js';
import { LIFE_WORDS } from './life.js';
import { formatNumber, minutes, ratio, rounds, signed } from './numbers.js';
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
  work: {
    title: ({ firstUs, lastUs, connections, stale }) =>
      stale
        ? `poll() is given ${plural(stale.after - stale.before, 'more entry', 'more entries')} after ${plural(stale.connections, 'connection')}, and no open descriptor needs them`
        : `CPU time per connection ${formatNumber(firstUs)} → ${formatNumber(lastUs)} µs over ${plural(connections, 'connection')}, in a straight line`,
    cause: () => EXPLANATIONS.work.cause,
    advice: adviceOn('work'),
    evidence: ({ perCycle, perSixthUs, stale, limit, connectionsLeft }) => [
      ...(stale
        ? [`entries without a descriptor: ${formatCount(stale.before)} → ${formatCount(stale.after)}`]
        : []),
      ...(perCycle > 0
        ? [
            `each connection adds ${perCycle} µs to every later one, in sixths: ${perSixthUs.map(formatNumber).join('  ')} µs`,
          ]
        : []),
      ...(limit !== undefined && connectionsLeft !== undefined
        ? [`limit ${limit}: poll() fails with EINVAL after ${formatCount(connectionsLeft)} more connections`]
        : []),
    ],
  },
  crash: {
    title: crashTitle,
    cause: crashCause,
    advice: finding => lostAdvice(finding) ?? adviceOn('crash')(finding),
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
        .flatMap(({ pid, replacedBy, signal, logged }) => [
          `pid ${pid}${endedBy(signal === undefined ? logged?.signal : signalName(signal))}, replaced by ${replacedBy}`,
          ...(logged ? [`kernel log: ${escapeText(logged.said)}`] : []),
        ]),
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
    title: ({ count, perCycle, perMinute, stale }) =>
      stale
        ? `${many}: ${formatCount(count)} more after ${plural(stale.reloads, 'reload')}, the old ones stay`
        : `${many}: ${formatCount(count)} more, ${ratio(perCycle, perMinute)}`,
    cause: ({ stale }) =>
      stale ? 'workers of before a reload do not leave when new ones have come' : EXPLANATIONS[kind].cause,
    advice: finding => (finding.stale ? EXPLANATIONS.reload.advice : adviceOn(kind)(finding)),
    evidence: ({ perRound, limit, connectionsLeft, minutesLeft, stale, hasTimeout }) => [
      stale
        ? `pids of old ones that are still there: ${stale.pids.slice(0, 8).join(', ')}`
        : `grew again in every confirming round:${rounds(perRound)}`,
      ...(limit !== undefined && connectionsLeft !== undefined
        ? [`limit ${limit}: reached after ${formatCount(connectionsLeft)} more connections`]
        : []),
      ...(hasTimeout && kind !== 'zombie' ? [OWN_TIMEOUT] : []),
      ...(limit !== undefined && minutesLeft !== undefined
        ? [`limit ${limit}: reached after ${minutes(minutesLeft)} more at this rate`]
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
  if (workers.some(({ signal, logged }) => isCrashSignal(signal) || logged !== undefined))
    return 'a worker crashed, and the master replaced it';
  const { cause } = EXPLANATIONS.restart;
  return watched > 0
    ? `${cause}: of ${plural(watched, 'connection')} that waited for an answer none was cut off`
    : cause;
}

function endedBy(signal: string | undefined): string {
  return signal === undefined ? '' : ` ended by ${signal}`;
}

/** "hikaricp_connections_active 0 → 10, and it does not come back". */
function gaugeTitle(finding: GaugeFinding): string {
  const { name, before, after, grows, perCycle, manner } = finding;
  const format = formatOf(finding);
  const how = !grows
    ? 'and it does not come back'
    : manner === 'trend'
      ? `${formatBytes(perCycle)} per cycle`
      : ratio(perCycle);
  return `${escapeText(name)} ${format(before)} → ${format(after)}, ${how}`;
}

function gaugeCause({ manner, grows }: GaugeFinding): string {
  if (manner === 'trend') return 'by its own count the server keeps memory for every connection';
  return grows ? 'by its own count the server keeps something of every connection' : EXPLANATIONS.gauge.cause;
}

function gaugeEvidence(finding: GaugeFinding): string[] {
  const { grows, perRound, manner } = finding;
  const latest = perRound.slice(-MAX_ROUNDS);
  if (manner === 'trend') {
    return [`by round: ${latest.map(bytes => signed(bytes, formatBytes)).join('  ')}`];
  }
  return [
    grows
      ? `grew again in every confirming round:${rounds(latest)}`
      : `at rest it stays there, and further cycles do not bring it back:${rounds(latest)}`,
  ];
}

function formatOf({ manner }: GaugeFinding): (value: number) => string {
  return manner === 'trend' ? formatBytes : formatNumber;
}

const MAX_ROUNDS = 6;

function hangTitle(finding: HangFinding): string {
  const { accepted, connected, atFdLimit, silentClients, openFilesLimit } = finding;
  if (openFilesLimit !== undefined)
    return `the server does not serve again after ${atFdLimit ? `its limit of ${formatCount(openFilesLimit)} descriptors` : plural(connected, 'silent client')}`;
  if (silentClients === 1) return 'one silent client blocks all others';
  if (silentClients) return `${formatCount(silentClients)} silent clients block all others`;
  const why = atFdLimit ? ' at its fd limit' : '';
  return accepted === 0
    ? `the server accepts nothing${why}: accepted 0 of ${formatCount(connected)}`
    : `the server stopped accepting${why}: accepted ${formatCount(accepted)} of ${formatCount(connected)}`;
}

function hangCause({ accepted, atFdLimit, silentClients, openFilesLimit }: HangFinding): string {
  if (openFilesLimit !== undefined) return AFTER_LIMIT.cause;
  if (silentClients && atFdLimit) return 'they have every descriptor that the server may open';
  if (silentClients) return 'the server waits for clients that say nothing, and serves nobody else meanwhile';
  if (atFdLimit) return 'accept() answers EMFILE, so connections pile up in the accept queue';
  return accepted === 0 ? 'the process listens, but it does not call accept()' : EXPLANATIONS.hang.cause;
}

/** undefined: that of the kind. */
function hangAdvice({ atFdLimit, silentClients, openFilesLimit }: HangFinding): string | undefined {
  if (openFilesLimit !== undefined) return AFTER_LIMIT.advice;
  if (silentClients && atFdLimit)
    return 'look at: its limit (ulimit -n), and a timeout for clients that say nothing';
  if (silentClients) {
    return 'look at: a read() without a timeout in the accept loop, or a pool in which each client takes a worker; give clients a timeout, or wait for all of them with poll()';
  }
  return atFdLimit
    ? 'look at: who holds the descriptors (above); accepting goes on when some are closed'
    : undefined;
}

function hangEvidence({ count, connected, stalledMs, silentClients, openFilesLimit }: HangFinding): string[] {
  if (openFilesLimit !== undefined) {
    return [
      `${plural(connected, 'silent client')} had gone; the next one was not served within ${formatDuration(stalledMs)}`,
    ];
  }
  if (silentClients) {
    return [
      `${plural(silentClients, 'client is', 'clients are')} connected and ${silentClients === 1 ? 'says' : 'say'} nothing; the next one was not served within ${formatDuration(stalledMs)}`,
    ];
  }
  return [
    `${plural(count, 'connection waits', 'connections wait')} in the accept queue, which did not move for ${formatDuration(stalledMs)}; the kernel made the handshakes, the server never took them`,
  ];
}

const AFTER_LIMIT = {
  cause: 'accept() failed with EMFILE, and the server took that for the end of accepting',
  advice:
    'look at: what the accept loop does on EMFILE; it must go on, and watch the listening socket again when something was closed',
};
