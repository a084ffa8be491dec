import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { SecureVersion, TlsOptions } from 'node:tls';
import { prepareBehaviours } from '../../../src/workload/behaviours.js';
import { type ClientName, USUAL_CLIENTS } from '../../../src/workload/client-names.js';
import { runCycles } from '../../../src/workload/cycles.js';
import { emptyTally } from '../../../src/workload/tally.js';
import { selfSignedCertificate } from '../../servers/real/certificate.js';
import { capture, type Packet } from '../../support/capture.js';
import { script } from '../../support/script.js';
import { type Manners, type Testimony, witness } from '../../support/witness.js';
import { workload } from '../../support/workload.js';

const folder = mkdtempSync(join(tmpdir(), 'churn-wire-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const certificate = selfSignedCertificate(folder);

/** With TLS 1.2 alerts can be told from data by their first byte; in TLS 1.3 all records look like data. */
async function tls(maxVersion: SecureVersion): Promise<TlsOptions> {
  const { keyPath, certificatePath } = await certificate;
  return { key: readFileSync(keyPath), cert: readFileSync(certificatePath), maxVersion };
}

const REQUEST = 'twelve bytes';
const BIG = 'x'.repeat(1 << 20);
const WAIT_MS = 40;

interface Row {
  readonly client: ClientName;
  readonly server: string;
  readonly manners?: Manners;
  readonly tls?: SecureVersion;
  /** What the client sends up to its first FIN or RST: S, F, R, a number of bytes, or records of TLS. */
  readonly sends: RegExp;
  /** How it ends as the server sees it. */
  readonly seen: RegExp;
  readonly bytes?: number;
  /** A RST after the FIN: the server said something to a client that had gone. */
  readonly resetLater?: boolean;
}

const SILENT = 'says nothing';
const GREETS = { server: 'greets', manners: { greets: 'hello there' } };
const ANSWERS = { server: 'answers', manners: { answers: 'yes?' } };
const LATE = { server: 'says goodbye', manners: { farewell: 'goodbye' } };

const ROWS: readonly Row[] = [
  { client: 'fin', server: SILENT, sends: /^S F$/, seen: /^EOF$/, bytes: 0, resetLater: false },
  { client: 'fin', ...GREETS, sends: /^S F$/, seen: /^EOF$/, bytes: 0 },
  { client: 'fin', ...LATE, sends: /^S F$/, seen: /^EOF$/, resetLater: true },
  { client: 'rst', server: SILENT, sends: /^S R$/, seen: /^ECONNRESET$/, bytes: 0 },
  { client: 'rst', ...GREETS, sends: /^S R$/, seen: /^ECONNRESET$/ },
  { client: 'half', server: SILENT, sends: /^S F$/, seen: /^EOF$/, bytes: 0, resetLater: false },
  { client: 'half', ...LATE, sends: /^S F$/, seen: /^EOF$/, bytes: 0, resetLater: false },
  {
    client: 'half',
    server: 'says a lot before it goes',
    manners: { farewell: BIG },
    sends: /^S F$/,
    seen: /^EOF$/,
    resetLater: false,
  },
  { client: 'byte', server: SILENT, sends: /^S 1 F$/, seen: /^EOF$/, bytes: 1, resetLater: false },
  { client: 'byte-rst', server: SILENT, sends: /^S 1 R$/, seen: /^ECONNRESET$/ },
  { client: 'byte-rst', ...GREETS, sends: /^S 1 R$/, seen: /^ECONNRESET$/ },
  { client: 'partial', server: SILENT, sends: /^S 6 F$/, seen: /^EOF$/, bytes: 6, resetLater: false },
  { client: 'partial', ...GREETS, sends: /^S 6 F$/, seen: /^EOF$/, bytes: 6 },
  { client: 'partial-rst', server: SILENT, sends: /^S 6 R$/, seen: /^ECONNRESET$/ },
  { client: 'reply', ...ANSWERS, sends: /^S 12 F$/, seen: /^EOF$/, bytes: 12, resetLater: false },
  { client: 'reply-rst', ...ANSWERS, sends: /^S 12 R$/, seen: /^ECONNRESET$/, bytes: 12 },
  {
    client: 'reply-rst',
    server: 'has a long answer',
    manners: { answers: BIG.repeat(8) },
    sends: /^S 12 R$/,
    seen: /^(ECONNRESET|EPIPE)$/,
    bytes: 12,
  },
  { client: 'idle', server: SILENT, sends: /^S F$/, seen: /^EOF$/, bytes: 0, resetLater: false },
  { client: 'idle', ...GREETS, sends: /^S F$/, seen: /^EOF$/, bytes: 0, resetLater: false },
  { client: 'drip', server: SILENT, sends: /^S 1 1 1 F$/, seen: /^EOF$/, bytes: 3, resetLater: false },
  {
    client: 'tls',
    server: 'speaks TLS 1.2',
    tls: 'TLSv1.2',
    sends: /^S handshake handshake cipher handshake alert F$/,
    seen: /^EOF$/,
    bytes: 0,
    resetLater: false,
  },
  {
    client: 'tls',
    server: 'speaks TLS 1.3',
    tls: 'TLSv1.3',
    sends: /^S handshake (cipher |data )+F$/,
    seen: /^EOF$/,
    bytes: 0,
    resetLater: false,
  },
  {
    client: 'tls-abort',
    server: 'speaks TLS 1.3',
    tls: 'TLSv1.3',
    sends: /^S handshake F$/,
    seen: /^ECONNRESET$/,
  },
  { client: 'tls-abort', server: SILENT, sends: /^S handshake F$/, seen: /^EOF$/, resetLater: false },
  {
    client: 'tls-rst',
    server: 'speaks TLS 1.2',
    tls: 'TLSv1.2',
    sends: /^S handshake handshake cipher handshake R$/,
    seen: /^ECONNRESET$/,
  },
  {
    client: 'tls-rst',
    server: 'speaks TLS 1.3',
    tls: 'TLSv1.3',
    sends: /^S handshake (cipher |data )+R$/,
    seen: /^ECONNRESET$/,
  },
];

/** Five connections: each has to be the same. */
const CYCLES = 5;

describe('on the wire', () => {
  for (const row of ROWS) {
    it(`${row.client} is just that to a server that ${row.server}`, async test => {
      const { packets, testimonies } = await play(row);
      assert.equal(testimonies.length, CYCLES);
      for (const { bytes, end, secured } of testimonies) {
        assert.match(end ?? 'nothing', row.seen);
        if (row.bytes !== undefined) assert.equal(bytes, row.bytes);
        if (row.tls) assert.equal(secured, row.client !== 'tls-abort');
      }
      test.diagnostic(packets ? 'proved by a capture of tcpdump' : 'proved by what the server saw');
      if (!packets) {
        assert.ok(!process.env['CI'], 'tcpdump cannot capture on lo here');
        return;
      }
      const connections = byConnection(packets);
      assert.equal(connections.length, CYCLES);
      for (const connection of connections) {
        assert.match(sent(connection), row.sends, drawn(connection));
        if (row.resetLater !== undefined)
          assert.equal(wasReset(connection), row.resetLater, drawn(connection));
        if (row.client === 'idle') assert.ok(silenceMs(connection, 0) >= WAIT_MS - 1, drawn(connection));
        if (row.client === 'drip') assert.ok(silenceMs(connection, 1) >= WAIT_MS - 1, drawn(connection));
        if (row.client === 'reply-rst') assert.ok(isAnswered(connection), drawn(connection));
      }
      test.diagnostic(`${row.client}: ${drawn(connections[0] ?? [])}`);
    });
  }

  it('every behaviour is looked at', () => {
    assert.deepEqual([...new Set(ROWS.map(({ client }) => client))].sort(), [...USUAL_CLIENTS].sort());
  });
});

async function play(row: Row): Promise<{ packets: Packet[] | undefined; testimonies: Testimony[] }> {
  const server = await witness({ ...row.manners, ...(row.tls ? { tls: await tls(row.tls) } : {}) });
  const recording = await capture(server.port);
  const said = script({
    request: Buffer.from(REQUEST),
    waitMs: WAIT_MS,
    tls: { sni: undefined, alpn: [], ca: undefined, insecure: true, cert: undefined, key: undefined },
  });
  const behaviours = await prepareBehaviours([row.client], said);
  const behaviour = behaviours.get(row.client);
  assert.ok(behaviour);
  const tally = emptyTally();
  await runCycles(
    workload(server.port, { script: said, behaviourOf: () => behaviour }),
    'cycles',
    CYCLES,
    tally,
  );
  const testimonies = await server.stop(CYCLES);
  const packets = await recording?.stop();
  assert.deepEqual([tally.completed, tally.failures], [CYCLES, {}]);
  return { packets, testimonies };
}

function byConnection(packets: readonly Packet[]): Packet[][] {
  const connections = new Map<number, Packet[]>();
  for (const packet of packets) {
    const known = connections.get(packet.clientPort);
    if (known) known.push(packet);
    else connections.set(packet.clientPort, [packet]);
  }
  return [...connections.values()];
}

/** What the client sent, up to its first FIN or RST. */
function sent(connection: readonly Packet[]): string {
  const words: string[] = [];
  for (const { from, flags, payload } of connection) {
    if (from === 'server') continue;
    if (payload.length > 0) words.push(...wordsFor(payload));
    if (flags !== '') words.push(flags);
    if (/[FR]/.test(flags)) break;
  }
  return words.join(' ');
}

/** Records of TLS by their type, anything else by its length. */
function wordsFor(payload: Buffer): string[] {
  const words: string[] = [];
  for (
    let at = 0;
    at + 5 <= payload.length && payload[at + 1] === 3;
    at += 5 + payload.readUInt16BE(at + 3)
  ) {
    words.push(RECORDS[payload[at] ?? 0] ?? '?');
  }
  return words.length > 0
    ? words.filter((word, index) => word !== words[index - 1])
    : [String(payload.length)];
}

const RECORDS: Readonly<Record<number, string>> = { 20: 'cipher', 21: 'alert', 22: 'handshake', 23: 'data' };

function wasReset(connection: readonly Packet[]): boolean {
  return connection.some(({ flags, from }) => from === 'client' && flags.includes('R'));
}

/** Between the handshake and what the client sends next, or between its first two pieces of data. */
function silenceMs(connection: readonly Packet[], from: 0 | 1): number {
  const marks = connection.filter(
    packet => packet.from === 'client' && (packet.flags || packet.payload.length > 0),
  );
  return (marks[from + 1]?.atMs ?? 0) - (marks[from]?.atMs ?? 0);
}

/** The server has said something before the client reset. */
function isAnswered(connection: readonly Packet[]): boolean {
  const reset = connection.findIndex(({ flags, from }) => from === 'client' && flags.includes('R'));
  return connection.slice(0, reset).some(({ from, payload }) => from === 'server' && payload.length > 0);
}

/** ">S <S >12 <4 >F <F": without packets that only acknowledge. */
function drawn(connection: readonly Packet[]): string {
  return connection
    .filter(({ flags, payload }) => flags !== '' || payload.length > 0)
    .map(({ from, flags, payload }) => {
      const words = [...(payload.length > 0 ? wordsFor(payload) : []), ...(flags === '' ? [] : [flags])];
      return `${from === 'client' ? '>' : '<'}${words.join('+')}`;
    })
    .join(' ');
}
