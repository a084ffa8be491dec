import { formatBytes, formatCount, formatDuration, plural } from '../units.js';
import type { Change } from '../verdict/evidence.js';
import type { Note } from '../verdict/note.js';
import { formatNumber, nameOf, type Unit } from './counts.js';
import { escapeText } from './escape.js';

/** One sentence for each note, told of cycles or of connections. Total over its kinds. */
export function noteSentence(note: Note, unit: Unit): string {
  switch (note.note) {
    case 'opened-once':
      return `${formatCount(note.count)} ${nameOf(note.what, note.count)} opened once, not per connection: further ${unit}s added none.`;
    case 'levelled-off':
      return `The number of ${nameOf(note.what, 2)} grew and then levelled off (${note.perRound.map(growth => (growth < 0 ? growth : `+${growth}`)).join(' ')}).`;
    case 'unconfirmed':
      return `${formatCount(note.count)} more ${nameOf(note.what, note.count)}; whether that recurs was not decided. Run with more ${unit}s, or a longer --budget.`;
    case 'closed-late':
      return `Closed late, after ${formatDuration(note.afterMs)}.`;
    case 'memory-unrested':
      return 'Memory not decided: it was never at rest between two rounds.';
    case 'stale-entries':
      return `Work not decided: poll() was given entries for which no descriptor is open, ${formatCount(note.before)} and then ${formatCount(note.after)}: an array that only grows, or one that is packed from time to time. ${decideWith(unit, 4_000)}.`;
    case 'work-undecided':
      return `Work not decided: a connection cost ${formatNumber(note.firstUs)} µs of CPU time at first and ${formatNumber(note.lastUs)} in the end, and in no straight line: a list that is gone through, or a machine that was busy. Decide on an idle one.`;
    case 'closed-with-later':
      return `${plural(note.count, 'connection')} ${note.count === 1 ? 'was' : 'were'} closed only when later ones came: the last ones stay until then.`;
    case 'draining':
      if (note.interrupted) {
        return `When the run was interrupted ${plural(note.outstanding, 'connection')} ${note.outstanding === 1 ? 'was' : 'were'} not closed yet; whether the server still would was not waited for.`;
      }
      if (!note.falls) {
        return `${plural(note.outstanding, 'connection')} ${note.outstanding === 1 ? 'was' : 'were'} not closed after ${formatDuration(note.waitedMs)}, too short a time to tell a late close from a leak. Raise --settle.`;
      }
      return `Still draining after ${formatDuration(note.waitedMs)}: ${plural(note.outstanding, 'connection')} left and falling. Raise --settle.`;
    case 'other-clients':
      return `${plural(note.count, 'connection')} of other clients came during the run; not ours, not judged.`;
    case 'memory-undecided':
      return `Memory not decided: ${memoryInDoubt(note, unit)} ${decideWith(unit, note.cycles)}.`;
    case 'memory-timed':
      return `Memory not decided: it grew by ${formatBytes(note.grown)}, ${formatBytes(note.perCycle)} per ${unit}, and what it keeps may have a time to live: a timer of the server that ran after the first clients, in ${note.call}(), was due ${formatDuration(note.dueMs)} after them. Decide with --duration ${note.durationMs / 1_000}s.`;
    case 'heap-read':
      return `Memory was judged by the live heap: between connections ${formatCount(note.from)} and ${formatCount(note.to)} garbage was collected by force, through the inspector, and what stayed alive changed by ${formatNumber(note.low)} to ${formatNumber(note.high)} B per ${unit}.`;
    case 'heap-rises':
      return `Memory not decided: the live heap, with all garbage collected, rises by ${formatBytes(note.perCycle)} per ${unit}, and may be a cache that is still filling. ${decideWith(unit, note.cycles)}.`;
    case 'heap-unread':
      return `The live heap could not be read. ${escapeText(note.why)}`;
    case 'memory-checked':
      return memoryChecked(note.checker);
    case 'memory-brief':
      return `Memory not decided: so few ${unit}s show no trend.`;
    case 'memory-uncollected':
      return `Memory not decided: the JVM has hardly collected its garbage yet, which hides what it keeps. ${decideWith(unit, note.cycles)}, or give it a small heap, as with -Xmx64m.`;
    case 'memory-grew':
      return `Memory not decided: it grew by ${formatBytes(note.bytes)} in ${formatDuration(note.overMs)}, which is ${formatBytes((note.bytes * 1_000) / Math.max(1, note.overMs))} per second, ${note.isRising ? 'and was still rising: a leak, or a heap that is still filling' : 'and then stood still'}. Watch for longer, until it ${note.isRising ? 'stands still' : 'has stood still for most of the time'}; or let connections be made by churn --client reply --cycles 100000.`;
    case 'no-stage':
      return `--stage ${escapeText(note.pattern)} matched none of the ${plural(note.lines, 'line')} that the load printed, so there are no phases to tell of. A program that prints into a pipe may keep back what it prints, or say less than to a terminal.`;
    case 'changed':
      return `In the middle of the run ${note.changes.map(change => CHANGED[change]).join(', and then ')}.`;
    case 'instant-eof':
      return `The server closed ${formatCount(note.count)} of ${plural(note.of, 'connection')} at once: a server at its fd limit does that, and so does one with a connection cap.`;
    case 'not-handed-over':
      return `${formatCount(note.count)} of ${plural(note.of, 'connection')} were reset before the server could accept them: with TCP_DEFER_ACCEPT the kernel hands a connection over with its first byte. Use --client fin or --client byte.`;
    case 'spinning':
      return `The server uses ${note.cpuPercent} % of a CPU although nobody talks to it.`;
    case 'overflows':
      return `The accept queue overflowed ${plural(note.count, 'time')} during the run (all listeners of this machine).`;
    case 'unseen':
      return `What process ${note.pids.join(', ')} holds could not be read, so nothing is proved.`;
    case 'never-closed':
      return `${neverClosed(note.count, unit)}${note.held > 0 ? '' : ', but it did so later'}${
        note.unawaited > 0 ? `; after that ${plural(note.unawaited, unit)} did not wait for it any more` : ''
      }.`;
    case 'not-answered':
      return `The server ${
        note.closedFirst
          ? 'closed instead of answering'
          : `did not answer within ${formatDuration(note.timeoutMs)}`
      }; the request was a plain HTTP GET, because nothing else was said. Say what it understands with --send or --protocol.`;
    case 'turned-down':
      return `${formatCount(note.count)} of ${plural(note.of, 'connection')} ${note.count === 1 ? 'was' : 'were'} reset after the client had said something. It made that up, and a server may turn it down; a request named with --send or --protocol counts.`;
    case 'not-reached':
      return notReached(note);
    case 'endless':
      return `The answer is a stream of events (text/event-stream), and was not over within ${formatDuration(note.timeoutMs)}. For a client that reads some of them and goes: --client sse.`;
    case 'cut-short':
      return `On ${plural(note.count, 'connection')} the server closed before all requests of --requests were made: it does not keep connections alive for so many, which is no fault.`;
    case 'capped':
      return note.because === 'option'
        ? `No further ${unit}s were made to decide this: --at-most ${note.connections}.`
        : `No further ${unit}s were made to decide this, because the request may change something, and ${plural(note.connections, 'time')} was asked for. If it may be made more often, add --confirm.`;
    case 'too-slow':
      return tooSlow(note);
    case 'own-cpu':
      return `churn itself was the bottleneck: its CPU was busy for ${note.percent} % of the ${unit}s. The rate is its own, not the server's.`;
    case 'own-slowdown':
      return `churn itself became slower: a ${unit} cost it ${formatCount(note.fromUs)} µs of CPU at its best and ${formatCount(note.toUs)} µs at the end. Most of the local ports are in use, and the kernel searches for a free one: make fewer ${unit}s, or widen net.ipv4.ip_local_port_range.`;
    case 'rate-missed':
      return `The rate was not kept: ${formatRate(note.made)} of ${formatRate(note.wanted)}. At most ${plural(note.most, 'connection')} may be open at a time (--concurrency), and none begins while the accept queue is full.`;
    case 'unwatched':
      return 'No SO_KEEPALIVE: a client that vanishes without FIN or RST (power, network, NAT) is kept for ever, unless the server has an idle timeout of its own, which cannot be seen.';
    case 'held-short':
      return `Only ${formatCount(note.opened)} of ${plural(note.wanted, 'silent client')} could connect.`;
    case 'held-ended':
      return `The server closed ${formatCount(note.count)} of ${plural(note.of, 'held connection')} by itself during the run.`;
    case 'gauge-unread':
      return `The gauge ${outside(note.name)} could not be read any more${note.missing === '' ? '' : ` (${outside(note.missing)})`}, so it is not decided.`;
    case 'gauge-levelled':
      return `The gauge ${outside(note.name)} went from ${formatNumber(note.before)} to ${formatNumber(note.after)} and then levelled off: opened once, not per connection.`;
    case 'gauge-undecided':
      return `The gauge ${outside(note.name)} went from ${formatNumber(note.before)} to ${formatNumber(note.after)}${note.draining ? ' and was still falling. Raise --settle.' : `; whether that recurs was not decided. Run with more ${unit}s, or a longer --budget.`}`;
    case 'gauge-bytes':
      return note.bound === undefined
        ? `The gauge ${outside(note.name)} was not decided: too few readings for a trend.`
        : `The gauge ${outside(note.name)} was not decided: it rose by at most ${formatBytes(note.bound)} per ${unit}, as a warming runtime may. ${decideWith(unit, 100_000)}.`;
    case 'retired':
      return `${note.pids.length === 1 ? 'Process' : 'Processes'} ${note.pids.join(', ')} ended, and nobody took ${note.pids.length === 1 ? 'its' : 'their'} place: ${outside(note.program)} ends ${note.what} by design.`;
    case 'far':
      return note.isServing
        ? 'The server was judged by its gauges alone. Not seen: what its descriptors are, threads, child processes, memory by churn’s own count, its accept queue.'
        : 'Nobody was seen to accept: the server neither answered nor closed its side, and a handshake is the work of its kernel. Say what it understands with --client reply and --send or --protocol.';
    case 'confirmed-with':
      return `${plural(note.cycles, `further ${unit}`)} ${note.cycles === 1 ? 'was' : 'were'} made to see whether the growth recurs.`;
  }
}

/** What became of cycles that would have taken too long, and what to do about it. */
function tooSlow({ made, wanted, tookMs, concurrency }: Extract<Note, { note: 'too-slow' }>): string {
  const done = Math.max(1, made);
  const wholeMs = (tookMs / done) * wanted;
  const more = concurrency > 1 ? '' : ' If it serves several at a time, --concurrency 16 makes more of them.';
  return `The server takes ${formatDuration((tookMs * concurrency) / done)} per connection, so all ${formatCount(wanted)} cycles would take about ${formatDuration(wholeMs)}: they were ended when that was plain. -n ${done} is enough for what leaks on every cycle; all are made with --budget ${budgetFor(wholeMs)}.${more}`;
}

/** What a time is told to `--budget` as, with a tenth to spare. */
export function budgetFor(ms: number): string {
  return `${Math.ceil((1.1 * ms) / 60_000)}m`;
}

/** How many cycles would tell; whoever watches has no `--cycles`, and makes its load longer. */
function decideWith(unit: Unit, cycles: number): string {
  return unit === 'cycle'
    ? `Decide with --cycles ${cycles}`
    : `Decide with a longer load, of ${plural(cycles, 'connection')}`;
}

function notReached({ answered, accepts }: Extract<Note, { note: 'not-reached' }>): string {
  const { route, statuses, expected, total } = answered;
  const all = Object.entries(statuses).map(([status, count]) => `${status} × ${formatCount(count)}`);
  const right = accepts.join(', ');
  const how = expected === 0 ? 'never' : `only ${plural(expected, 'time')} of ${formatCount(total)}`;
  const [worst] = Object.entries(statuses).sort(([, a], [, b]) => b - a)[0] ?? [];
  return `${outside(route)} was ${how} answered as expected (${right}): ${all.join(', ')}. So what it does was not tried. ${ADVICE[worst ?? ''] ?? 'See what the server says to it, or name the status with --expect-status.'}`;
}

/** What to do about a status that was not expected. */
const ADVICE: Readonly<Record<string, string>> = {
  401: "Say who asks: -H 'Authorization: …'",
  403: "Say who asks: -H 'Authorization: …' or -H 'Cookie: …'",
  404: 'Is the path right? If that is what it has to answer: --expect-status 404',
  405: 'Is the method right? -X POST',
  415: "Say what the body is: -H 'Content-Type: application/json'",
  421: "Say whom it is for: -H 'Host: …'",
  429: 'The server limits how often it is asked: switch that off for the test, or ask slower with --rate.',
};

function formatRate(perSecond: number): string {
  return `${perSecond >= 10 ? formatCount(perSecond) : perSecond.toFixed(1)}/s`;
}

function neverClosed(count: number, unit: Unit): string {
  return `On ${plural(count, unit)} the server had not closed its side when the client had waited long enough for it`;
}

/** A name or an answer that somebody else has written. */
function outside(text: string): string {
  return escapeText(text);
}

function memoryInDoubt(
  { bound, grown, perCycle, isCollected }: Extract<Note, { note: 'memory-undecided' }>,
  unit: Unit,
): string {
  if (grown === 0) return `it rose by at most ${formatBytes(bound)} per ${unit}, if at all.`;
  const cause = isCollected ? 'a heap that is still filling' : 'a cache or a heap that is still filling';
  return `it grew by ${formatBytes(grown)}, lately ${formatBytes(perCycle)} per ${unit}, and may be ${cause}.`;
}

function memoryChecked({ name, isHeard }: Extract<Note, { note: 'memory-checked' }>['checker']): string {
  const checker = name === 'valgrind' ? 'checker (valgrind)' : name;
  const why = `the server runs with a ${checker}, which keeps what was freed for a while`;
  return isHeard
    ? `Memory was not judged: ${why}.`
    : `Memory not decided: ${why}, and says only at the end what was lost. Judge it without, or let churn start it, which listens: churn -- valgrind ./server.`;
}

const CHANGED: Readonly<Record<Change, string>> = {
  listener: 'the server closed its listening socket and opened another one at the same address',
  program:
    'the server executed a program anew in the same process (execve): memory and threads are those of the new one',
};
