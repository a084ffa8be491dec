import { formatCount, plural } from '../../units.js';
import type { FdFinding, HeldGroup } from '../../verdict/finding.js';
import type { Pattern } from '../../verdict/pattern.js';
import { minutes, nameOf, ordinal, ratio, rounds, type Unit } from '../counts.js';
import { escapeText } from '../escape.js';
import { FD_ADVICE, groupWords, NEVER_CLOSED, shortList } from './fd-advice.js';
import { OWN_TIMEOUT } from './growth.js';
import { CONNECT_AND_CLOSE, leaks, type ServerWords, type Terms } from './words.js';

/** Descriptors that stay open after the connection they belong to. */
export const fd: ServerWords<FdFinding> = {
  title: fdTitle,
  cause: ({ groups }) => groupWords(groups[0]).cause,
  advice: ({ groups }, { server }) => groupWords(groups[0], server).advice,
  evidence: fdEvidence,
  fault: ({ count }) => `leaked file descriptors: ${count}`,
  does: leaks('fd'),
  next: ({ groups: [first] }, { clients = [] }) => {
    if (first?.what === 'outside' || first?.what === 'upstream') return 'inspect';
    return first?.what === 'dead-socket' && !clients.includes('rst') ? { client: 'rst' } : undefined;
  },
  isGrowth: true,
  explanation: {
    summary: 'descriptors that stay open after the connection they belong to',
    what: [
      'accept() gives the server a file descriptor for each connection, and only close() gives it back. When the client closes first, the kernel tells the server by read() returning 0 and puts the socket in CLOSE_WAIT: it waits for a close() that never comes. When the client resets the connection, the socket leaves every table of the kernel, and the descriptor stays all the same.',
      'Each process has a limit of descriptors (often 1024). When it is reached, accept() answers EMFILE, and new clients wait in a queue that nobody empties.',
      'TIME_WAIT is something else: it belongs to no process, ends by itself, and costs the server nothing.',
    ],
    cause: NEVER_CLOSED,
    advice: FD_ADVICE.unknown.connection,
    byHand: [
      ['ls /proc/PID/fd | wc -l', 'how many descriptors the server has; note the number'],
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in bash'],
      [
        'ls /proc/PID/fd | wc -l',
        'the number again: a server that closes is back at the first one, a second later at most',
      ],
      ['ls -l /proc/PID/fd', 'what they are: socket:[inode], a path, a pipe, an eventfd'],
      [
        "ss -tanp state close-wait '( sport = :PORT )'",
        'the connections that the client has closed and the server has not',
      ],
      ["cat /proc/PID/limits | grep 'open files'", 'the limit at which accept() will fail'],
    ],
    causes: [
      'The loop ends on read() returning 0, or on -1, by break, return or continue, and that path does not pass close().',
      'The descriptor is taken out of epoll, of the poll array or of a map, but not closed: forgetting it is not closing it.',
      'shutdown() was called and taken for close(): it ends the connection, but the descriptor stays.',
      'The parent of a fork()ing server keeps its copy; the connection stays open as long as one copy is open.',
      'A garbage-collected object holds it: it is closed at some later collection, or never, when a list still refers to it.',
      'A file, pipe or timer that is opened with each connection outlives it.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'the end of the connection is noticed, and the descriptor forgotten',
        before: `
n = read(fd, buf, sizeof buf);
if (n == 0) continue;              /* nothing to read, so on to the next one */`,
        after: `
n = read(fd, buf, sizeof buf);
if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
    close(fd);                     /* leaves epoll by itself, if no dup() is left */
    continue;
}`,
      },
      {
        language: 'C',
        wrong: 'after fork() there are two descriptors, and the parent keeps its own',
        before: `
if (fork() == 0) { serve(fd); exit(0); }`,
        after: `
if (fork() == 0) { close(listener); serve(fd); exit(0); }
close(fd);                         /* the parent's copy */`,
      },
      {
        language: 'Node',
        wrong: 'with allowHalfOpen the server has to end its side by hand',
        before: `
net.createServer({ allowHalfOpen: true }, socket => {
  socket.on('data', answer);
});`,
        after: `
net.createServer(socket => {       // ends its side when the client does
  socket.on('data', answer);       // somebody has to read, or 'end' does not come
  socket.on('error', () => {});    // a reset must not end the program
});`,
      },
      {
        language: 'Python',
        wrong: 'an exception leaves the function before close()',
        before: `
conn, peer = server.accept()
clients.append(conn)
serve(conn)
conn.close()`,
        after: `
conn, peer = server.accept()
with conn:                         # closes it on every way out
    serve(conn)`,
      },
      {
        language: 'Java',
        wrong: 'an IOException jumps over close()',
        before: `
Socket socket = server.accept();
serve(socket);
socket.close();`,
        after: `
try (Socket socket = server.accept()) {
    serve(socket);
}`,
      },
    ],
    next: [
      ['churn --port PORT --client rst', 'does it also keep those that were reset?'],
      ['churn --port PORT --client byte', 'and those that had sent something?'],
      ['churn inspect --port PORT', 'what it holds right now, by kind and state'],
    ],
  },
};

/** "fds 7 → 1017 (10 of them in the warm-up), one on every cycle". */
function fdTitle({ fdsBefore, fdsAfter, inWarmup, ...rest }: FdFinding, { unit }: Terms): string {
  const { pattern, perCycle, groups, count, perMinute } = rest;
  const warm = inWarmup > 0 ? ` (${formatCount(inWarmup)} of them in the warm-up)` : '';
  const onlyHeld = groups.reduce((sum, { heldClients = [] }) => sum + heldClients.length, 0) >= count;
  const which = pattern
    ? describePattern(pattern, unit)
    : onlyHeld
      ? 'held connections and no others'
      : ratio(perCycle, unit, perMinute);
  return `fds ${fdsBefore} → ${fdsAfter}${warm}, ${which}`;
}

/** One line for each sort of thing that is held, then the limit. */
function fdEvidence(finding: FdFinding, { unit }: Terms): string[] {
  const { groups, limit, connectionsLeft, minutesLeft, spinning, hasTimeout } = finding;
  const lines = groups.flatMap(group => {
    const count = `${formatCount(group.count)} × ${groupName(group)}`;
    const doubled = group.descriptors > group.count ? `, ${formatCount(group.descriptors)} descriptors` : '';
    const pattern = groups.length > 1 && group.pattern ? `, ${describePattern(group.pattern, unit)}` : '';
    const line = `${count}${fdRange(group)}${doubled}${pattern}${rounds(group.perRound)}: ${groupWords(group).meaning}`;
    return [line, ...namesLine(group), ...heldLine(group), ...followedLine(group, unit)];
  });
  if (limit !== undefined && connectionsLeft !== undefined) {
    lines.push(
      connectionsLeft === 0
        ? `limit ${limit}: reached; accept() answers EMFILE`
        : `limit ${limit}: accept() fails with EMFILE after ${formatCount(connectionsLeft)} more ${connectionsLeft === 1 ? 'connection' : 'connections'}`,
    );
  }
  if (limit !== undefined && connectionsLeft === undefined && minutesLeft !== undefined) {
    lines.push(`limit ${limit}: accept() fails with EMFILE after ${minutes(minutesLeft)} more at this rate`);
  }
  if (spinning)
    lines.push(
      'the server keeps a CPU busy although nobody talks to it: its loop is woken by an end of file that it ignores',
    );
  if (hasTimeout) lines.push(OWN_TIMEOUT);
  return lines;
}

/** "100 × /var/log/app.log, 1 × /etc/motd": text from outside; what has a name of its own each is told by its folder. */
function namesLine({ names = [] }: HeldGroup): string[] {
  if (names.length === 0) return [];
  const folders = new Set(names.map(({ name }) => (name.startsWith('/') ? dirname(name) : name)));
  const [folder] = folders;
  if (names.length > MOST_NAMES && folders.size === 1 && folder?.startsWith('/')) {
    return [
      `${plural(names.length, 'path')} in ${escapeText(folder)}, such as ${escapeText(names[0]?.name ?? '')}`,
    ];
  }
  const shown = names.slice(0, MOST_NAMES);
  const more = names.length - shown.length;
  const list = shown
    .map(({ name, count }) => `${formatCount(count)} ${name.startsWith('→') ? '' : '× '}${escapeText(name)}`)
    .join(', ');
  return [`${list}${more > 0 ? `, and ${formatCount(more)} others` : ''}`];
}

const MOST_NAMES = 3;

/** "/var/log" of "/var/log/app.log", also of one that is deleted. */
function dirname(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** "2 of them were held connections: 17, 40". */
function heldLine({ heldClients = [], count }: HeldGroup): string[] {
  if (heldClients.length === 0) return [];
  const which = `${heldClients.length === 1 ? 'held connection' : 'held connections'} ${shortNumbers(heldClients)}`;
  if (heldClients.length === count) return [count === 1 ? `it was ${which}` : `they were ${which}`];
  return [`${formatCount(heldClients.length)} of them ${heldClients.length === 1 ? 'was' : 'were'} ${which}`];
}

/** "19 of 20 followed connections were kept: confirming cycles 301 … 319 (fd 14 … 32)". */
function followedLine({ followed }: HeldGroup, unit: Unit): string[] {
  if (!followed || followed.keptCycles.length === 0) return [];
  const { of, keptCycles, fdNumbers, pattern } = followed;
  const which = pattern.kind === 'every-nth' ? `, one on every ${ordinal(pattern.step)}` : '';
  const [were, those] = keptCycles.length === 1 ? ['was', unit] : ['were', `${unit}s`];
  return [
    `${keptCycles.length} of ${plural(of, 'followed connection')} ${were} kept${which}: confirming ${those} ${shortNumbers(keptCycles)} (fd ${shortNumbers(fdNumbers)})`,
  ];
}

function shortNumbers(numbers: readonly number[]): string {
  if (numbers.length <= 4) return numbers.join(', ');
  const inARow = (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) === numbers.length - 1;
  return `${numbers.slice(0, inARow ? 1 : 3).join(', ')} … ${numbers.at(-1)}`;
}

function groupName({ what, state, count, names, heldClients = [] }: HeldGroup): string {
  if (what === 'connection' || what === 'outside' || what === 'nowhere') {
    if (state) return `TCP socket in ${state}`;
    return heldClients.length > 0
      ? 'TCP socket that the client has reset'
      : 'TCP socket, reset since by the next owner of its port';
  }
  if (what === 'other-socket' && names) return count === 1 ? 'Unix socket' : 'Unix sockets';
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

/** "one on every cycle", "one on every 100th cycle", "only on cycle 512". */
export function describePattern(pattern: Pattern, unit: Unit): string {
  switch (pattern.kind) {
    case 'every':
      return `one on every ${unit}`;
    case 'every-nth':
      return `one on every ${ordinal(pattern.step)} ${unit}`;
    case 'from':
      return `one on every ${unit} from ${formatCount(pattern.first)} on`;
    case 'only':
      return pattern.cycles.length === 1
        ? `only on ${unit} ${pattern.cycles[0]}`
        : `only on ${unit}s ${pattern.cycles.join(', ')}`;
    case 'with':
      return withClients(pattern.clients, unit);
    case 'some':
      return `on some ${unit}s, the first ${pattern.first}, the last ${pattern.last}`;
  }
}

/** "all of them from cycles with rst, one on each". */
function withClients(clients: Extract<Pattern, { kind: 'with' }>['clients'], unit: Unit): string {
  const names = clients.map(({ client }) => client);
  const last = names.pop() ?? '';
  const all = names.length > 0 ? `${names.join(', ')} or ${last}` : last;
  const shares = clients.map(({ count, of }) => `${formatCount(count)} of ${formatCount(of)}`);
  const each = clients.every(({ count, of }) => count === of);
  return `all of them from ${unit}s with ${all}, ${each ? 'one on each' : `on ${shares.join(' and ')}`}`;
}
