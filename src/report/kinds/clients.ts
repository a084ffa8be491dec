import { formatCount, formatDuration, plural } from '../../units.js';
import type {
  IdleFinding,
  ReuseFinding,
  StuckFinding,
  UnclosedFinding,
} from '../../verdict/client/finding.js';
import { fd } from './fd.js';
import type { KindWords } from './words.js';

/** Sockets that a client keeps after they were reset; what a descriptor is, is explained with those of servers. */
export const clientFd: KindWords<StuckFinding<'fd'>> = {
  title: ({ count }) => `${plural(count, 'socket')} kept after the connection was reset`,
  cause: () => 'the server reset the connection; the client saw the error, and never called close()',
  advice: () =>
    'look at: the path that handles ECONNRESET (an error event, an exception); it has to close too',
  evidence: stuckEvidence,
  fault: ({ count }) => `forgotten sockets: ${count}`,
  explanation: fd.explanation,
};

/** Sockets that a client keeps although the server has closed. */
export const closeWait: KindWords<StuckFinding<'close-wait'>> = {
  title: ({ count, requests }) =>
    `${plural(count, 'socket')} in CLOSE_WAIT, after ${plural(requests, 'request')}`,
  evidence: stuckEvidence,
  fault: ({ count }) => `sockets in CLOSE_WAIT: ${count}`,
  explanation: {
    summary: 'a client keeps sockets whose other end the server has closed',
    what: [
      'CLOSE_WAIT is the state of a socket that has got a FIN and was not closed. No timer ends it: only close() does, or the end of the process.',
      'A pool that looks at its connections when it needs one may have some for a while, as many as it ever used at a time. More than that are forgotten.',
    ],
    cause: 'the server closed, the client never called close()',
    advice:
      'look at: the path where read() returns 0 or the answer breaks off; close there, not only after success',
    byHand: [
      ["ss -tnp state close-wait '( dport = :PORT )'", 'the sockets, and the process that has them'],
      ['ls /proc/PID/fd | wc -l', 'how many descriptors the client has, now and a minute later'],
    ],
    causes: [
      'The error path returns before it closes: a status that was not expected, an answer that breaks off.',
      'A response is kept in a variable or a list, and its connection with it.',
      'Several clients are made, each with a pool, and each pool keeps what the server has closed until its next use, which never comes.',
    ],
    sketches: [
      {
        language: 'Python',
        wrong: 'a response that is not closed when its status is wrong',
        before: `
answer = http.request("GET", url, preload_content=False)
if answer.status != 200:
    raise Failed(answer.status)`,
        after: `
answer = http.request("GET", url, preload_content=False)
try:
    if answer.status != 200:
        raise Failed(answer.status)
finally:
    answer.drain_conn()
    answer.release_conn()`,
      },
    ],
    next: [['churn serve --manner close -- ./client {port}', 'what the client does when the server closes']],
  },
};

/** Connections that a client keeps although its request has failed. */
export const unclosed: KindWords<UnclosedFinding> = {
  title: ({ count, why }) =>
    why === 'unread'
      ? `${plural(count, 'connection')} with an answer that nobody reads`
      : `${plural(count, 'connection')} kept open although no answer came`,
  cause: ({ why }) =>
    why === 'unread'
      ? 'the client does not read its answers to the end, so it can neither use nor close the connections'
      : undefined,
  advice: ({ why }) =>
    why === 'unread'
      ? 'look at: where a body is not wanted; read it to the end or discard it (resp.Body.Close(), body.dump(), response.close())'
      : undefined,
  evidence: ({ longestMs, patienceMs }) =>
    patienceMs === undefined
      ? []
      : [
          `an answer was owed for up to ${formatDuration(longestMs)}, the patience is ${formatDuration(patienceMs)}`,
        ],
  fault: ({ count }) => `unclosed connections: ${count}`,
  explanation: {
    summary: 'a client keeps connections open on which its request has failed',
    what: [
      'An answer did not come within the time that the client may wait (--patience), or it came and nobody read it. The connection is of no more use: who has given up has to close it.',
      'Without --patience nothing is accused of waiting, because a client may mean to wait for ever.',
    ],
    cause: 'the client has given up waiting, or never does, and the connection stays open',
    advice:
      'look at: what happens when the time of a request is up: a timeout that does not destroy the socket closes nothing',
    byHand: [["ss -tnp '( dport = :PORT )'", 'Recv-Q above 0 is an answer that nobody has read']],
    causes: [
      'A timer runs out, the caller gets an error, and nobody destroys the request.',
      'A body that is not wanted is not read either, and the connection never comes back to the pool.',
    ],
    sketches: [
      {
        language: 'Node',
        wrong: "the event 'timeout' tells, it does not close",
        before: `
const request = http.get(url, { timeout: 1000 });
request.on('timeout', () => reject(new Error('too slow')));`,
        after: `
const request = http.get(url, { timeout: 1000 });
request.on('timeout', () => request.destroy(new Error('too slow')));`,
      },
      {
        language: 'Go',
        wrong: 'the body of an error is left where it is',
        before: `
resp, err := client.Get(url)
if resp.StatusCode != 200 {
    return errors.New(resp.Status)
}`,
        after: `
resp, err := client.Get(url)
defer resp.Body.Close()
if resp.StatusCode != 200 {
    io.Copy(io.Discard, resp.Body)
    return errors.New(resp.Status)
}`,
      },
    ],
    next: [
      [
        'churn serve --manner silent --patience 2s -- ./client {port}',
        'whether it closes what it has given up',
      ],
    ],
  },
};

/** More idle connections than a client needs, or for too long. */
export const idle: KindWords<IdleFinding> = {
  title: idleTitle,
  cause: idleCause,
  advice: ({ why }) =>
    why === 'hoard'
      ? undefined
      : 'look at: the limits of the pool: idle connections in all, per host, and their time',
  evidence: finding => [
    `the longest was idle for ${formatDuration(finding.longestIdleMs)}`,
    ...limitLine(finding),
  ],
  fault: ({ count }) => `idle connections: ${count}`,
  explanation: {
    summary: 'a client keeps more idle connections than it needs, or for too long',
    what: [
      'An idle connection is healthy as long as it is used again. A pool that keeps as many as it ever used at a time is fine; one that gets a new one with each request, beside those that are idle, ends at the limit of descriptors.',
      '--max-idle, --max-idle-per-port and --idle-limit say what this client may keep. Without them only a hoard fails: more than were ever needed at a time, and most requests brought another one.',
    ],
    cause: 'the client opens a new connection beside those that are idle',
    advice: 'look at: where the client object is made; make one, and share it',
    byHand: [
      [
        'watch -n 1 "ss -tn state established \'( dport = :PORT )\' | wc -l"',
        'connections, second by second',
      ],
    ],
    causes: [
      'A new client, agent, session or transport is made for each request; each has a pool of its own.',
      'The pool has no limit of idle connections, or no time after which it closes them.',
      'Bodies are not read to their end, so no connection is ever free.',
    ],
    sketches: [
      {
        language: 'Go',
        wrong: 'a transport for each request, each with its own idle connection',
        before: `
func get(url string) (*http.Response, error) {
    client := &http.Client{Transport: &http.Transport{}}
    return client.Get(url)
}`,
        after: `
var client = &http.Client{Transport: &http.Transport{
    MaxIdleConns: 5, MaxIdleConnsPerHost: 2, IdleConnTimeout: 10 * time.Second,
}}

func get(url string) (*http.Response, error) { return client.Get(url) }`,
      },
      {
        language: 'Node',
        wrong: 'an agent for each request',
        before: `
http.get(url, { agent: new http.Agent({ keepAlive: true }) }, read);`,
        after: `
const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 2, timeout: 10_000 });
http.get(url, { agent }, read);`,
      },
    ],
    next: [
      [
        'churn serve --max-idle 5 --max-idle-per-port 2 --ports 3 -- ./client {ports}',
        'against limits of your own',
      ],
    ],
  },
};

/** A new connection for each request. */
export const reuse: KindWords<ReuseFinding> = {
  title: ({ connections, requests }) =>
    `${plural(connections, 'connection')} for ${plural(requests, 'request')}, although keep-alive was offered`,
  cause: ({ why }) => REUSE[why].cause,
  advice: ({ why }) => REUSE[why].advice,
  evidence: ({ count, peakBusy }) => [
    `${plural(count, 'handshake')} could have been saved; ${plural(peakBusy, 'connection')} would have been enough at any time`,
  ],
  fault: ({ connections, requests }) => `connections for ${requests} requests: ${connections}`,
  explanation: {
    summary: 'a client makes a new connection for each request',
    what: [
      'The server offered to keep its connections open (keep-alive), and one was there or could have been. Each handshake costs a round trip, a port for a minute of TIME_WAIT, and with TLS some milliseconds of CPU at both ends.',
      'As many connections as requests are under way at a time are needed; what the server has closed has to be replaced. All others count as wasted. Processes that come and go have nothing to share and are not judged.',
    ],
    cause: 'the client closes each connection after its answer, or never uses it again',
    advice: 'make one client (session, agent, pool) and share it among the requests',
    byHand: [
      ['ss -tan | grep -c TIME-WAIT', 'how many connections were closed in the last minute'],
      [
        'curl -v http://127.0.0.1:PORT/a http://127.0.0.1:PORT/b',
        '"Re-using existing connection" is how it should be',
      ],
    ],
    causes: [
      'Connection: close, or HTTP/1.0, is sent by default.',
      'A convenience function makes a session for each call: requests.get() in place of Session.get().',
      'The body is not read to its end, so the connection cannot be used again.',
    ],
    sketches: [
      {
        language: 'Python',
        wrong: 'a session for each call',
        before: `
for path in paths:
    requests.get(base + path)`,
        after: `
with requests.Session() as session:
    for path in paths:
        session.get(base + path)`,
      },
    ],
    next: [['churn serve -- ./client {port}', 'connections against requests']],
  },
};

function stuckEvidence(finding: StuckFinding<'fd' | 'close-wait'>): string[] {
  const { fds } = finding;
  const numbers = fds.map(({ fd }) => fd).sort((one, other) => one - other);
  const [first] = fds;
  return [
    ...(first
      ? [
          `fd ${numbers.slice(0, 5).join(', ')}${numbers.length > 5 ? ` … ${numbers.at(-1)}` : ''} of pid ${first.pid}`,
        ]
      : []),
    ...limitLine(finding),
  ];
}

/** When the client will have used up its descriptors, at the rate that was seen. */
function limitLine({ fdLimit, perCycle, count }: StuckFinding<'fd' | 'close-wait'> | IdleFinding): string[] {
  if (fdLimit === undefined || perCycle <= 0) return [];
  const left = Math.max(0, (fdLimit - count) / perCycle);
  return [`limit ${fdLimit}: reached after ${formatCount(left)} more requests`];
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

const REUSE: Readonly<Record<ReuseFinding['why'], { readonly cause: string; readonly advice?: string }>> = {
  'asked-to-close': {
    cause: 'the client asks for each connection to be closed (Connection: close, or HTTP/1.0)',
    advice: 'turn keep-alive on: ab -k, http.Agent({ keepAlive: true }), one session for all requests',
  },
  'closed-at-once': { cause: 'the client closes each connection after its answer' },
  'left-idle': {
    cause: 'the client leaves each connection idle, and opens the next one beside it',
    advice:
      'make one client and share it, and read every answer to its end: only then is a connection free again',
  },
};
