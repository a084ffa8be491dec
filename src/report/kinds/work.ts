import { formatCount, plural } from '../../units.js';
import type { SpinFinding, WorkFinding } from '../../verdict/finding.js';
import { formatNumber } from '../counts.js';
import { CONNECT_AND_CLOSE, type ServerWords } from './words.js';

/** CPU time per connection that rises with every connection made. */
export const work: ServerWords<WorkFinding> = {
  title: ({ firstUs, lastUs, connections, stale }) =>
    stale
      ? `poll() is given ${plural(stale.after - stale.before, 'more entry', 'more entries')} after ${plural(stale.connections, 'connection')}, and no open descriptor needs them`
      : `CPU time per connection ${formatNumber(firstUs)} → ${formatNumber(lastUs)} µs over ${plural(connections, 'connection')}, in a straight line`,
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
  fault: ({ perCycle }) => `work that grows: ${perCycle} µs/cycle`,
  does: () => ['needs more CPU time for each connection'],
  isGrowth: false,
  explanation: {
    summary: 'CPU time per connection that rises with every connection made',
    what: [
      'The kernel counts the CPU time of each thread in nanoseconds. Divided by the connections of a round it says what one of them costs. A server that goes through what it forgot (a list, an array, a vector of pollfd) needs more for each later one, in a straight line, long before its memory shows anything: eight bytes per connection are too few to be measured, and yet poll() looks at all of them each time.',
      'Where a thread sleeps in poll(2), the kernel also tells how many entries it was given. An entry for which no descriptor is open is that of a client that left. When there are more of them after every round, that is the fault itself, and no clock is needed.',
      'The least that was read in each sixth of the connections is what counts, as noise only adds. As many cycles are made again and again, until a connection costs twice what the first ones did (a fault), or the line ends (nothing is said). Growth that is straight but smaller when the time is up is a warning. Where churn itself was slowed down as much, it was the machine.',
    ],
    cause: 'it goes through entries that it never removes',
    advice:
      'look at: every list, array or vector that a connection is put into, and whether it is taken out on all ways that a connection ends; then perf top -p PID',
    adviceFor: {
      go: 'look at: a slice or map of all former connections that is walked for each new one; delete() in a defer; then net/http/pprof: go tool pprof on /debug/pprof/profile',
      'poll-loop':
        'look at: the vector of pollfd (or the list from which the fd_set is made): an entry whose fd is set to -1 is still there, and poll() goes through it each time; move the last entry into its place and count one less',
      node: "look at: find(), filter(), indexOf() or a loop over all former connections, and who takes them out on 'close'; listeners on a long-lived emitter, which are all called; then node --cpu-prof",
      python:
        'look at: "in" or a loop over a list of all former connections; take them out in a finally block, or use a dict or set; then py-spy top, or cProfile',
      java: 'look at: a List of sessions that is searched, listeners that are not removed; then jcmd PID Thread.print, or a flight recording',
      fork: 'look at: the table of children that is searched when one is reaped; and the memory of the parent, which fork() has to copy the page tables of',
      thread: 'look at: the list of threads or clients that is walked under a lock for each connection',
    },
    byHand: [
      [
        "cat /proc/PID/task/*/schedstat | awk '{ s += $1 } END { print s / 1000 }'",
        'CPU time in microseconds; note the number',
      ],
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in bash'],
      [
        "cat /proc/PID/task/*/schedstat | awk '{ s += $1 } END { print s / 1000 }'",
        'how much more: do that again after some thousand connections',
      ],
      [
        'cat /proc/PID/syscall',
        'where the first number is 7 (poll on x86-64), the third is how many entries it has, in hexadecimal',
      ],
    ],
    causes: [
      'The entry of a client that left is marked (fd = -1, closed = true, null) and skipped, but never removed.',
      'A list that is searched for each connection, to which each connection adds.',
      'A listener or callback per connection, all of which are called for each event.',
      'A heap of timers, none of which is cancelled when its connection ends.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'poll() skips it, and still goes through it',
        before: `
close(fds[i].fd);
fds[i].fd = -1;`,
        after: `
close(fds[i].fd);
fds[i] = fds[--nfds];`,
      },
      {
        language: 'Node',
        wrong: 'find() goes through everybody who was ever here',
        before: `
if (!clients.find(c => c.id === id)) clients.push({ id, socket });`,
        after: `
clients.set(id, socket);
socket.on('close', () => clients.delete(id));`,
      },
      {
        language: 'Python',
        wrong: '"in" compares with each former connection',
        before: `
if peer not in seen:
    seen.append(peer)`,
        after: `
active.add(peer)
try:
    serve(conn)
finally:
    active.discard(peer)`,
      },
    ],
    next: [
      ['churn --port PORT --cycles 10000', 'how far does it go?'],
      ['churn explain memory', 'what is kept for each connection takes memory too'],
    ],
  },
};

/** A CPU that is busy at the limit of descriptors; or at rest, which is another fault and has words of its own. */
export const spin: ServerWords<SpinFinding> = {
  title: ({ cpuPercent, openFilesLimit }) =>
    openFilesLimit === undefined
      ? `${cpuPercent} % of a CPU at rest, with no client there`
      : `${cpuPercent} % of a CPU at its limit of ${formatCount(openFilesLimit)} descriptors`,
  cause: ({ openFilesLimit }) => (openFilesLimit === undefined ? AT_REST.cause : undefined),
  advice: ({ openFilesLimit }) => (openFilesLimit === undefined ? AT_REST.advice : undefined),
  evidence: ({ openFilesLimit }, { unit }) => [
    openFilesLimit === undefined
      ? `it slept before the first ${unit}, and has not slept since the last one`
      : 'measured while silent clients had all of its descriptors and nobody else came',
  ],
  fault: () => 'it keeps a CPU busy at rest',
  does: () => ['keeps a CPU busy'],
  isGrowth: false,
  explanation: {
    summary: 'the server keeps a CPU busy at rest, or at its limit of descriptors',
    what: [
      'At rest: after the cycles, when all clients have gone, a thread of the server runs on for as long as --settle, although all of them slept before. Most often an entry whose descriptor was closed is still polled: poll() returns at once with POLLNVAL, for ever. That is a fault: the CPU is lost for good after the first client.',
      'At its limit: with --nofile churn opens silent connections until the server has no descriptor left. accept() then fails with EMFILE, and the connection stays in the queue. So poll() reports the listening socket again at once, accept() fails again, and so on, as fast as a CPU can.',
      'It ends when a client leaves. Until then it takes the CPU from those that the server has accepted, so it is a warning and not a failure.',
    ],
    cause: 'accept() fails with EMFILE, and the loop tries again at once',
    advice:
      'look at: what the accept loop does on EMFILE; wait for a moment, or stop watching the listening socket until something was closed',
    byHand: [
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in bash'],
      ['cat /proc/PID/stat', 'fields 14 and 15 are its CPU time in ticks of 10 ms: look twice'],
      ["ss -tln '( sport = :PORT )'", 'Recv-Q is what waits to be accepted'],
      ['ls -l /proc/PID/fd', 'who has the descriptors'],
    ],
    causes: [
      'A closed descriptor that stays in the vector of pollfd: poll() answers POLLNVAL at once, and the loop looks for POLLIN only.',
      'A level-triggered loop that takes EMFILE for EAGAIN and goes back to poll().',
      'A thread that calls accept() in a loop and ignores what it returns.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'poll() returns at once while somebody waits in the queue',
        before: `
int fd = accept(listener, NULL, NULL);
if (fd < 0) continue;`,
        after: `
int fd = accept(listener, NULL, NULL);
if (fd < 0 && (errno == EMFILE || errno == ENFILE)) usleep(10000);
if (fd < 0) continue;`,
      },
    ],
    next: [['churn explain hang', 'when it does not serve again afterwards']],
  },
};

/** It is not its limit that makes it spin. */
const AT_REST = {
  cause:
    'poll() or its like returns at once, for an event that nobody takes: a closed descriptor (POLLNVAL), an end of file',
  advice:
    'look at: entries whose descriptor was closed and that are still polled, events that the loop does not handle (POLLHUP, POLLERR, POLLNVAL); strace -f -p PID shows the call that returns at once',
};
