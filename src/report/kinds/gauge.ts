import { formatBytes } from '../../units.js';
import type { GaugeFinding } from '../../verdict/finding.js';
import { formatNumber, ratio, rounds, signed } from '../counts.js';
import { escapeText } from '../escape.js';
import type { ServerWords, Terms } from './words.js';

/** A number that the server itself exposes, and that does not come back. */
export const gauge: ServerWords<GaugeFinding> = {
  title: gaugeTitle,
  cause: gaugeCause,
  evidence: gaugeEvidence,
  fault: ({ count }) => `kept by a gauge: ${count}`,
  does: () => ['keeps what a gauge counts'],
  isGrowth: true,
  explanation: {
    summary: 'a number that the server itself exposes does not come back',
    what: [
      'A server often counts what it has lent: the leased connections of a pool, its open descriptors, its active handles. --gauge reads such a number before the first cycle, when the cycles have settled, and after each confirming round.',
      'A number that somebody names has to come back to what it was. A few that everybody knows (process_open_fds, nodejs_active_handles, …) may grow once, for what is opened on first use, and are accused when they grow again. Bytes are judged by their trend, as memory is.',
    ],
    cause: 'what was borrowed for a connection is not given back: on some path, release() is not reached',
    advice:
      'look at: the path where something fails between borrowing and giving back; is release() in a finally, and is the body of an answer read or cancelled even if its status is an error?',
    byHand: [
      [
        "for i in 1; do exec 3<>/dev/tcp/127.0.0.1/PORT; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; timeout 5 cat <&3; done",
        'all that the server counts, in bash; the port is that of its metrics',
      ],
      [
        'ss -tnp | grep pid=PID,',
        'its connections, also those of the pool: is a leased one still talked on?',
      ],
    ],
    causes: [
      'A connection is taken out of a pool, the query throws, and only the good path releases it.',
      'The body of an answer with an error status is neither read nor cancelled: the connection that it comes over stays leased.',
      'The client goes away while its request waits for a lease; the lease arrives, and nobody is there to give it back.',
      'A transaction is left open when its caller is cancelled.',
      'A counter is raised where work begins and lowered only where it ends well: then the number leaks and nothing else.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'the early return forgets the lease',
        before: `
conn *c = pool_take(&pool);
if (query(c, text) < 0) return -1;
pool_give(&pool, c);`,
        after: `
conn *c = pool_take(&pool);
int failed = query(c, text) < 0;
pool_give(&pool, c);
if (failed) return -1;`,
      },
      {
        language: 'Node',
        wrong: 'the lease is lost when the query throws',
        before: `
const client = await pool.connect();
const { rows } = await client.query(text);
client.release();`,
        after: `
const client = await pool.connect();
try {
  return (await client.query(text)).rows;
} finally {
  client.release();
}`,
      },
      {
        language: 'Java',
        wrong: 'close() gives the connection back to its pool, and is not reached',
        before: `
Connection c = pool.getConnection();
run(c);
c.close();`,
        after: `
try (Connection c = pool.getConnection()) {
    run(c);
}`,
      },
    ],
    next: [
      [
        'churn --port PORT --gauge http://127.0.0.1:8081/metrics',
        'the usual names on that page, all at once',
      ],
      [
        'churn --port PORT --thorough',
        'which behaviour of the clients it is; then take that one with --client and --gauge',
      ],
    ],
  },
};

/** "hikaricp_connections_active 0 → 10, and it does not come back". */
function gaugeTitle(finding: GaugeFinding, { unit }: Terms): string {
  const { name, before, after, grows, perCycle, manner } = finding;
  const format = formatOf(finding);
  const how = !grows
    ? 'and it does not come back'
    : manner === 'trend'
      ? `${formatBytes(perCycle)} per ${unit}`
      : ratio(perCycle, unit);
  return `${escapeText(name)} ${format(before)} → ${format(after)}, ${how}`;
}

function gaugeCause({ manner, grows }: GaugeFinding): string | undefined {
  if (manner === 'trend') return 'by its own count the server keeps memory for every connection';
  return grows ? 'by its own count the server keeps something of every connection' : undefined;
}

function gaugeEvidence({ grows, perRound, manner }: GaugeFinding, { unit }: Terms): string[] {
  const latest = perRound.slice(-MAX_ROUNDS);
  if (manner === 'trend') {
    return [`by round: ${latest.map(bytes => signed(bytes, formatBytes)).join('  ')}`];
  }
  return [
    grows
      ? `grew again in every confirming round:${rounds(latest)}`
      : `at rest it stays there, and further ${unit}s do not bring it back:${rounds(latest)}`,
  ];
}

function formatOf({ manner }: GaugeFinding): (value: number) => string {
  return manner === 'trend' ? formatBytes : formatNumber;
}

const MAX_ROUNDS = 6;
