/** States of include/net/tcp_states.h by their number in /proc/net/tcp. */
const TCP_STATES = [
  'UNKNOWN',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
] as const;

export type TcpState = (typeof TCP_STATES)[number];

/**
 * What the kernel waits for, by the number in the column `tr`. `none` of an established connection on which nothing is under
 * way: SO_KEEPALIVE is off. Data under way hide `keepalive` behind `retransmit` or `window`.
 */
const TIMERS = ['none', 'retransmit', 'keepalive', 'time-wait', 'window'] as const;

export type SocketTimer = (typeof TIMERS)[number];

export interface SocketRow {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly state: TcpState;
  /** Of a LISTEN row: connections that wait to be accepted. Of any other: bytes received and not yet read. */
  readonly rxQueue: number;
  /** undefined: one that is not known. */
  readonly timer: SocketTimer | undefined;
  /** 0: no process has it (in the accept queue, in TIME_WAIT, or an orphan). */
  readonly inode: number;
}

/**
 * The rows of /proc/net/tcp or tcp6 that `port` is an end of, all rows without one; never those in TIME_WAIT, which
 * belong to no process. A table of 100 000 rows is mostly these, so their state is looked at before a row is taken apart.
 */
export function parseSocketTable(text: string, port?: number): SocketRow[] {
  const needle = port === undefined ? undefined : hexPort(port);
  const rows: SocketRow[] = [];
  let at = text.indexOf('\n') + 1;
  while (at > 0 && at < text.length) {
    const next = text.indexOf('\n', at);
    const end = next < 0 ? text.length : next;
    const ends = portOffsets(text, at);
    const isWanted =
      !text.startsWith(TIME_WAIT, ends.state) &&
      (needle === undefined || text.startsWith(needle, ends.local) || text.startsWith(needle, ends.remote));
    const row = isWanted ? parseSocketRow(text.slice(at, end)) : undefined;
    if (row) rows.push(row);
    at = end + 1;
  }
  return rows;
}

/** Where both ports and the state stand in a line: "   0: ADDRESS:PORT ADDRESS:PORT ST", addresses of one length. */
function portOffsets(text: string, at: number): { local: number; remote: number; state: number } {
  const address = text.indexOf(':', at) + 2;
  const local = text.indexOf(':', address) + 1;
  const remote = local + 5 + (local - address);
  return { local, remote, state: remote + 5 };
}

const TIME_WAIT = '06';

/** One line of the table; undefined for the heading or a line that was cut off. */
export function parseSocketRow(line: string): SocketRow | undefined {
  const fields = line.trim().split(/\s+/);
  const [localHex, localPortHex] = (fields[1] ?? '').split(':');
  const [remoteHex, remotePortHex] = (fields[2] ?? '').split(':');
  const state = TCP_STATES[Number.parseInt(fields[3] ?? '', 16)];
  if (!localHex || !localPortHex || !remoteHex || !remotePortHex || !state || fields.length < 10)
    return undefined;
  return {
    localAddress: parseHexAddress(localHex),
    localPort: Number.parseInt(localPortHex, 16),
    remoteAddress: parseHexAddress(remoteHex),
    remotePort: Number.parseInt(remotePortHex, 16),
    state,
    rxQueue: Number.parseInt((fields[4] ?? '').split(':')[1] ?? '0', 16),
    timer: TIMERS[Number((fields[5] ?? '').split(':')[0])],
    inode: Number(fields[9]),
  };
}

export function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/**
 * The kernel prints each 32-bit word of an address in host byte order: 0100007F is 127.0.0.1 on a little-endian machine.
 * A v4 address mapped into v6 (::ffff:a.b.c.d) comes out as the v4 address, so that both ends of one connection,
 * of which one may stand in tcp and the other in tcp6, have the same name.
 */
export function parseHexAddress(hex: string): string {
  const bytes: number[] = [];
  for (let word = 0; word < hex.length; word += 8) {
    for (let byte = 3; byte >= 0; byte--) {
      bytes.push(Number.parseInt(hex.slice(word + byte * 2, word + byte * 2 + 2), 16));
    }
  }
  if (bytes.length === 4) return bytes.join('.');
  const mapped = bytes.slice(0, 10).every(byte => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return bytes.slice(12).join('.');
  const groups: string[] = [];
  for (let index = 0; index < 16; index += 2) {
    groups.push((((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16));
  }
  return compressGroups(groups);
}

/** RFC 5952: the longest run of zero groups becomes "::". */
function compressGroups(groups: readonly string[]): string {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.start < 0) return groups.join(':');
  const head = groups.slice(0, best.start).join(':');
  const tail = groups.slice(best.start + best.length).join(':');
  return `${head}::${tail}`;
}
