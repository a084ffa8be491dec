import { formatCount, plural } from '../../units.js';
import type { FdFinding, HeldGroup } from '../../verdict/finding.js';
import { nameOf } from './census.js';
import { EXPLANATIONS } from './explain/table.js';
import { fdAdvice } from './fd-advice.js';
import { ratio, rounds } from './numbers.js';
import { describePattern, ordinal } from './pattern.js';
import type { ServerKind } from './server-kind.js';

/** "fds 7 → 1017 (10 of them in the warm-up), one on every cycle". */
export function fdTitle({
  fdsBefore,
  fdsAfter,
  inWarmup,
  pattern,
  perCycle,
  groups,
  count,
}: FdFinding): string {
  const warm = inWarmup > 0 ? ` (${formatCount(inWarmup)} of them in the warm-up)` : '';
  const onlyHeld = groups.reduce((sum, { heldClients = [] }) => sum + heldClients.length, 0) >= count;
  const which = pattern
    ? describePattern(pattern)
    : onlyHeld
      ? 'held connections and no others'
      : ratio(perCycle);
  return `fds ${fdsBefore} → ${fdsAfter}${warm}, ${which}`;
}

/** One line for each sort of thing that is held, then the limit. */
export function fdEvidence({ groups, limit, connectionsLeft, spinning }: FdFinding): string[] {
  const lines = groups.flatMap(group => {
    const count = `${formatCount(group.count)} × ${groupName(group)}`;
    const doubled = group.descriptors > group.count ? `, ${formatCount(group.descriptors)} descriptors` : '';
    const pattern = groups.length > 1 && group.pattern ? `, ${describePattern(group.pattern)}` : '';
    const line = `${count}${fdRange(group)}${doubled}${pattern}${rounds(group.perRound)}: ${groupWords(group).meaning}`;
    return [line, ...heldLine(group), ...followedLine(group)];
  });
  if (limit !== undefined && connectionsLeft !== undefined) {
    lines.push(
      connectionsLeft === 0
        ? `limit ${limit}: reached; accept() answers EMFILE`
        : `limit ${limit}: accept() fails with EMFILE after ${formatCount(connectionsLeft)} more ${connectionsLeft === 1 ? 'connection' : 'connections'}`,
    );
  }
  if (spinning)
    lines.push(
      'the server keeps a CPU busy although nobody talks to it: its loop is woken by an end of file that it ignores',
    );
  return lines;
}

/** "2 of them were held connections: 17, 40". */
function heldLine({ heldClients = [], count }: HeldGroup): string[] {
  if (heldClients.length === 0) return [];
  const which = `${heldClients.length === 1 ? 'held connection' : 'held connections'} ${shortNumbers(heldClients)}`;
  if (heldClients.length === count) return [count === 1 ? `it was ${which}` : `they were ${which}`];
  return [`${formatCount(heldClients.length)} of them ${heldClients.length === 1 ? 'was' : 'were'} ${which}`];
}

/** "19 of 20 followed connections were kept: confirming cycles 301 … 319 (fd 14 … 32)". */
function followedLine({ followed }: HeldGroup): string[] {
  if (!followed || followed.keptCycles.length === 0) return [];
  const { of, keptCycles, fdNumbers, pattern } = followed;
  const which = pattern.kind === 'every-nth' ? `, one on every ${ordinal(pattern.step)}` : '';
  const [were, cycles] = keptCycles.length === 1 ? ['was', 'cycle'] : ['were', 'cycles'];
  return [
    `${keptCycles.length} of ${plural(of, 'followed connection')} ${were} kept${which}: confirming ${cycles} ${shortNumbers(keptCycles)} (fd ${shortNumbers(fdNumbers)})`,
  ];
}

function shortNumbers(numbers: readonly number[]): string {
  if (numbers.length <= 4) return numbers.join(', ');
  const inARow = (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) === numbers.length - 1;
  return `${numbers.slice(0, inARow ? 1 : 3).join(', ')} … ${numbers.at(-1)}`;
}

function groupName({ what, state, count, heldClients = [] }: HeldGroup): string {
  if (what === 'connection' || what === 'outside' || what === 'nowhere') {
    if (state) return `TCP socket in ${state}`;
    return heldClients.length > 0
      ? 'TCP socket that the client has reset'
      : 'TCP socket, reset since by the next owner of its port';
  }
  return nameOf(what, count);
}

/** "(fd 8 … 1017)": the numbers are those of one process only when there is one. */
function fdRange({ fdNumbers, pids }: HeldGroup): string {
  const [first] = fdNumbers;
  const last = fdNumbers.at(-1);
  if (first === undefined || last === undefined) return pids.length > 0 ? ` (pid ${shortList(pids)})` : '';
  if (pids.length > 1) return ` (pid ${shortList(pids)})`;
  return first === last ? ` (fd ${first})` : ` (fd ${first} … ${last})`;
}

function shortList(pids: readonly number[]): string {
  return pids.length > 4 ? `${pids.slice(0, 4).join(', ')} and ${pids.length - 4} more` : pids.join(', ');
}

interface GroupWords {
  readonly meaning: string;
  readonly cause: string;
  readonly advice: string;
}

/** What it means that such things are held, why, and where to look. */
export function groupWords(group: HeldGroup | undefined, server: ServerKind = 'unknown'): GroupWords {
  const advice = fdAdvice(group?.what, server);
  const { cause } = EXPLANATIONS.fd;
  if (!group) return { meaning: cause, cause, advice };
  switch (group.what) {
    case 'connection':
      return { meaning: cause, cause, advice };
    case 'outside': {
      const holders = shortList(group.pids);
      return {
        meaning: `held by pid ${holders}, which is not below the server`,
        cause:
          'the connection was passed to a process outside of the server, such as a double-forked child, that keeps it',
        advice: `look at: what pid ${holders} does; ls -l /proc/PID/fd`,
      };
    }
    case 'nowhere':
      return {
        meaning: 'open in the kernel, held by no descriptor that can be seen',
        cause:
          'the kernel still has the connection: in an io_uring, in flight in a Unix socket, or in a process that cannot be seen',
        advice: 'look at: direct descriptors of io_uring, SCM_RIGHTS messages that nobody received',
      };
    case 'dead-socket':
      return {
        meaning: 'the connection was reset and is in no table of the kernel, the server never called close()',
        cause:
          'the connection ended with a reset (the server wrote to a client that had gone, or the client reset it), and the server never called close()',
        advice,
      };
    case 'upstream':
      return {
        meaning: 'opened for a connection of ours and kept',
        cause: 'a connection to another server is opened for each client and not closed with it',
        advice:
          'look at: where the client disconnects: is the connection behind it closed, or given back to its pool?',
      };
    default:
      return {
        meaning: 'opened for a connection and kept after it',
        cause: `${nameOf(group.what, 2)} are opened for a connection and not closed with it`,
        advice,
      };
  }
}
