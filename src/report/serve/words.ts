import { formatCount, formatDuration, plural } from '../../units.js';
import type { ClientFinding, IdleFinding, ReuseFinding, StuckFinding } from '../../verdict/client/finding.js';
import type { ClientKind } from '../../verdict/kinds.js';

interface Words<F> {
  readonly title: (finding: F) => string;
  readonly cause: (finding: F) => string;
  readonly advice: (finding: F) => string;
  readonly evidence: (finding: F) => readonly string[];
  /** For the line of the verdict. */
  readonly fault: (finding: F) => string;
}

type FindingOf<K extends ClientKind> = Extract<ClientFinding, { kind: K }>;

/** Total: a new kind does not compile until everything about it is said. */
const CLIENT_WORDS: { readonly [K in ClientKind]: Words<FindingOf<K>> } = {
  fd: {
    title: ({ count }) => `${plural(count, 'socket')} kept after the connection was reset`,
    cause: () => 'the server reset the connection; the client saw the error, and never called close()',
    advice: () =>
      'look at: the path that handles ECONNRESET (an error event, an exception); it has to close too',
    evidence: stuckEvidence,
    fault: ({ count }) => `forgotten sockets: ${count}`,
  },
  'close-wait': {
    title: ({ count, requests }) =>
      `${plural(count, 'socket')} in CLOSE_WAIT, after ${plural(requests, 'request')}`,
    cause: () => 'the server closed, the client never called close()',
    advice: () =>
      'look at: the path where read() returns 0 or the answer breaks off; close there, not only after success',
    evidence: stuckEvidence,
    fault: ({ count }) => `sockets in CLOSE_WAIT: ${count}`,
  },
  unclosed: {
    title: ({ count, why }) =>
      why === 'unread'
        ? `${plural(count, 'connection')} with an answer that nobody reads`
        : `${plural(count, 'connection')} kept open although no answer came`,
    cause: ({ why }) =>
      why === 'unread'
        ? 'the client does not read its answers to the end, so it can neither use nor close the connections'
        : 'the client has given up waiting, or never does, and the connection stays open',
    advice: ({ why }) =>
      why === 'unread'
        ? 'look at: where a body is not wanted; read it to the end or discard it (resp.Body.Close(), body.dump(), response.close())'
        : 'look at: what happens when the time of a request is up: a timeout that does not destroy the socket closes nothing',
    evidence: ({ longestMs, patienceMs }) =>
      patienceMs === undefined
        ? []
        : [
            `an answer was owed for up to ${formatDuration(longestMs)}, the patience is ${formatDuration(patienceMs)}`,
          ],
    fault: ({ count }) => `unclosed connections: ${count}`,
  },
  idle: {
    title: idleTitle,
    cause: idleCause,
    advice: ({ why }) =>
      why === 'hoard'
        ? 'look at: where the client object is made; make one, and share it'
        : 'look at: the limits of the pool: idle connections in all, per host, and their time',
    evidence: ({ longestIdleMs, fdLimit, perCycle, count }) => [
      `the longest was idle for ${formatDuration(longestIdleMs)}`,
      ...(fdLimit !== undefined && perCycle > 0
        ? [
            `limit ${fdLimit}: reached after ${formatCount(Math.max(0, (fdLimit - count) / perCycle))} more requests`,
          ]
        : []),
    ],
    fault: ({ count }) => `idle connections: ${count}`,
  },
  reuse: {
    title: ({ connections, requests }) =>
      `${plural(connections, 'connection')} for ${plural(requests, 'request')}, although keep-alive was offered`,
    cause: reuseCause,
    advice: reuseAdvice,
    evidence: ({ count, peakBusy }) => [
      `${plural(count, 'handshake')} could have been saved; ${plural(peakBusy, 'connection')} would have been enough at any time`,
    ],
    fault: ({ connections, requests }) => `connections for ${requests} requests: ${connections}`,
  },
};

export function clientWordsFor<K extends ClientKind>(kind: K): Words<FindingOf<K>> {
  return CLIENT_WORDS[kind];
}

function stuckEvidence({ fds, fdLimit, count, perCycle }: StuckFinding<'fd' | 'close-wait'>): string[] {
  const numbers = fds.map(({ fd }) => fd).sort((one, other) => one - other);
  const [first] = fds;
  return [
    ...(first
      ? [
          `fd ${numbers.slice(0, 5).join(', ')}${numbers.length > 5 ? ` … ${numbers.at(-1)}` : ''} of pid ${first.pid}`,
        ]
      : []),
    ...(fdLimit !== undefined && perCycle > 0
      ? [
          `limit ${fdLimit}: reached after ${formatCount(Math.max(0, (fdLimit - count) / perCycle))} more requests`,
        ]
      : []),
  ];
}

function idleTitle({ why, count, limit, longestIdleMs, requests }: IdleFinding): string {
  const many = `${plural(count, 'idle connection')}`;
  return {
    'too-many': `${many}, allowed at most: ${limit}`,
    'too-many-on-one-port': `${many} to one port, allowed at most: ${limit}`,
    'too-long': `idle for ${formatDuration(longestIdleMs)}, allowed at most: ${formatDuration(limit ?? 0)}`,
    hoard: `${many} after ${plural(requests, 'request')}`,
  }[why];
}

function idleCause({ why, peakBusy }: IdleFinding): string {
  if (why === 'too-long') return 'the client keeps connections that it has not used for long';
  const needed = `it never had more than ${plural(peakBusy, 'request')} under way at a time`;
  return why === 'hoard'
    ? `the client opens a new connection beside those that are idle; ${needed}`
    : `the client keeps more connections than it may; ${needed}`;
}

function reuseCause({ why }: ReuseFinding): string {
  return {
    'asked-to-close': 'the client asks for each connection to be closed (Connection: close, or HTTP/1.0)',
    'closed-at-once': 'the client closes each connection after its answer',
    'left-idle': 'the client leaves each connection idle, and opens the next one beside it',
  }[why];
}

function reuseAdvice({ why }: ReuseFinding): string {
  return {
    'asked-to-close':
      'turn keep-alive on: ab -k, http.Agent({ keepAlive: true }), one session for all requests',
    'closed-at-once': 'make one client (session, agent, pool) and share it among the requests',
    'left-idle':
      'make one client and share it, and read every answer to its end: only then is a connection free again',
  }[why];
}
