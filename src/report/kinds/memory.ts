import { formatBytes, formatCount } from '../../units.js';
import type { MemoryFinding } from '../../verdict/finding.js';
import { signed } from '../counts.js';
import type { ServerKind } from '../server-kind.js';
import { CONNECT_AND_CLOSE, type ServerWords } from './words.js';

/** Private memory that rises in a trend. */
export const memory: ServerWords<MemoryFinding> = {
  title: ({ perCycle, count }, { unit }) =>
    `memory grows by ${formatCount(perCycle)} B/${unit} (${formatBytes(count)} so far)`,
  evidence: ({ low, high, perRound }, { unit }) => [
    `between ${formatCount(low)} and ${formatCount(high)} B/${unit} (95 %), by round: ${perRound
      .slice(-6)
      .map(bytes => signed(bytes, formatBytes))
      .join('  ')}`,
  ],
  fault: ({ perCycle }, unit) => `leaked memory: ${perCycle} B/${unit}`,
  does: () => ['leaks memory'],
  cell: ({ perCycle }) => `grows ${formatCount(perCycle)} B/cycle`,
  next: (_, { where, server }) => ({
    again: where === false && TELLS_WHAT_IT_KEEPS.has(server) ? ['--where'] : ['--cycles', '100000'],
  }),
  isGrowth: false,
  explanation: {
    summary: 'private memory that rises with each connection and does not level off',
    what: [
      'What counts is the private memory of the server at rest (anonymous pages, also those in swap), round by round. It is a trend and not a difference: a runtime that warms up grows too, more slowly each time, and is not accused.',
      'Memory is a question of its own: thousands of forgotten sockets live in the kernel and do not show in it, and a server that closes every socket may still keep an entry for each.',
    ],
    cause: 'memory is allocated for a connection and not given back, and it did not level off',
    advice:
      'look at: what is put into a map, list or cache per connection, and the path that should take it out; then a heap profiler',
    adviceFor: {
      go: 'look at: a map or slice that is keyed by connection, goroutines that never return (each keeps its stack), a time.Ticker without Stop(); then net/http/pprof: two profiles of the heap, compared with -base',
      ruby: 'look at: a Hash, Array or instance variable that outlives the request, and blocks kept as callbacks, which keep all they can see; then ObjectSpace.dump_all before and after',
      perl: 'look at: two structures that refer to each other (Scalar::Util::weaken one of them), and hashes by connection without delete',
      php: 'look at: static properties and arrays of a worker that serves many requests; gc_collect_cycles() tells whether it is cycles; in FPM, pm.max_requests hides it',
      dotnet:
        'look at: event handlers that are not removed with -=, static dictionaries, a CancellationTokenRegistration that nobody disposes; then dotnet-gcdump before and after',
      beam: 'look at: processes that do not exit (erlang:system_info(process_count)), messages that no receive takes, entries of ets, atoms made from input; then erlang:memory() before and after',
      collected:
        'look at: a table, list or closure that outlives the connection and still refers to it; then the heap profile of the runtime, before and after',
      node: "look at: a Map, Set or array of sockets that is cleaned on 'end' instead of 'close', listeners added to a long-lived emitter, timers that keep a socket; then node --inspect, two heap snapshots and their comparison",
      python:
        'look at: a list or dict of connections, functools.cache on a function of one, tasks of asyncio that are never awaited; then tracemalloc, two snapshots compared',
      java: 'look at: a Map of sessions, listeners that are not removed; then jmap -histo:live PID before and after',
      fork: 'look at: what the parent notes for each child (a table of pids), and takes out when it reaps it; the memory of the children goes with them',
      'poll-loop':
        'look at: free() of the connection and of its buffers where close(fd) is called; then valgrind --leak-check=full, or -fsanitize=address',
      uring:
        'look at: free() of the request and of its buffer with its last completion; then valgrind --leak-check=full, or -fsanitize=address',
      thread:
        'look at: the argument that is malloc()ed for the thread, and free() of it on every return; then valgrind --leak-check=full',
    },
    byHand: [
      ["cat /proc/PID/status | grep -E 'RssAnon|VmSwap'", 'private memory; note the number'],
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in bash; do it ten times'],
      ["cat /proc/PID/status | grep -E 'RssAnon|VmSwap'", 'the number again'],
      [
        'cat /proc/PID/smaps_rollup | grep Anonymous',
        'the exact number: those above are counted in bundles, and may be some pages off',
      ],
      ['cat /proc/PID/smaps | grep -A 3 heap', 'whether it is the heap of malloc(), or a mapping of its own'],
    ],
    causes: [
      'An entry for each connection in a map, list or log, which is taken out on one of the ways a connection ends but not on all of them.',
      'free() is missing on an error path.',
      'A listener, timer or callback that refers to the connection and is itself kept.',
      'A cache without a bound, with a key that is new for each client (its port, a counter, the time).',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'the descriptor is given back, the record of it is not',
        before: `
if (n <= 0) { close(c->fd); return; }`,
        after: `
if (n <= 0) { close(c->fd); remove_from(&clients, c); free(c->buf); free(c); return; }`,
      },
      {
        language: 'Node',
        wrong: "after a reset there is no 'end', so the entry stays",
        before: `
clients.set(id, socket);
socket.on('end', () => clients.delete(id));`,
        after: `
clients.set(id, socket);
socket.on('close', () => clients.delete(id));`,
      },
      {
        language: 'Python',
        wrong: 'an exception jumps over the line that takes it out',
        before: `
clients[peer] = conn
serve(conn)
del clients[peer]`,
        after: `
clients[peer] = conn
try:
    serve(conn)
finally:
    del clients[peer]`,
      },
      {
        language: 'Java',
        wrong: 'the bus lives on, and with it every session that ever listened',
        before: `
Session session = new Session(socket);
bus.addListener(session);
serve(session);`,
        after: `
Session session = new Session(socket);
bus.addListener(session);
try { serve(session); } finally { bus.removeListener(session); }`,
      },
    ],
    next: [
      [
        'churn --port PORT --cycles 100000',
        'does it level off after all, and how much is it per connection?',
      ],
      ['churn --port PORT --client rst', 'is it more when the client resets?'],
    ],
  },
};

/** --where asks their runtimes which objects stay; an allocator in C could not tell. */
const TELLS_WHAT_IT_KEEPS: ReadonlySet<ServerKind | undefined> = new Set(['node', 'java']);
