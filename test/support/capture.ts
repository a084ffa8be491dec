import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** One TCP packet of a connection, as it went over the wire. */
export interface Packet {
  readonly from: 'client' | 'server';
  readonly clientPort: number;
  /** In the letters of tcpdump: S, F, R; without those of every packet (the dot of ACK, P). */
  readonly flags: string;
  readonly payload: Buffer;
  readonly atMs: number;
}

export interface Capture {
  /** Ends the capture when all that was sent so far is in it. */
  stop(): Promise<Packet[]>;
}

/**
 * Captures the packets of a server's port on loopback with tcpdump, until `stop()`. Undefined where this machine does
 * not let us: no tcpdump, or no CAP_NET_RAW.
 */
export async function capture(port: number): Promise<Capture | undefined> {
  const mark = createSocket('udp4');
  mark.bind(0, '127.0.0.1');
  await once(mark, 'listening');
  const markPort = mark.address().port;
  const filter = `(tcp port ${port}) or (udp dst port ${markPort})`;
  // Each packet has a slot as large as the longest one may be: with the default of 256 KiB there are eight of them.
  const slots = ['--snapshot-length', String(SNAPSHOT), '--buffer-size', '16384'];
  const bounds = ['--immediate-mode', '-U', '-c', '5000'];
  const child = spawn('tcpdump', ['-i', 'lo', ...slots, ...bounds, '-w', '-', filter], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>(resolve =>
    child.once('close', () => resolve()).once('error', () => resolve()),
  );
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const listens = new Promise<boolean>(resolve => {
    let said = '';
    child.stderr.on('data', chunk => {
      said += String(chunk);
      if (said.includes('listening on')) resolve(true);
    });
    void gone.then(() => resolve(false));
  });
  if (!(await listens)) {
    mark.close();
    return undefined;
  }
  return {
    async stop() {
      // A packet of our own comes behind all that went before it: when it is there, everything is.
      const isMarked = new Promise<void>(resolve => {
        const look = () => packetsOf(Buffer.concat(chunks)).some(({ udp }) => udp) && resolve();
        child.stdout.on('data', look);
        void gone.then(() => resolve());
      });
      const send = () => mark.send('end', markPort, '127.0.0.1');
      send();
      const again = setInterval(send, REPEAT_MS);
      await isMarked;
      clearInterval(again);
      child.kill('SIGTERM');
      await gone;
      mark.close();
      return packetsOf(Buffer.concat(chunks)).flatMap(({ tcp, atMs }) =>
        tcp ? [toPacket(tcp, port, atMs)] : [],
      );
    },
  };
}

const SNAPSHOT = 4_096;
const REPEAT_MS = 200;

interface Frame {
  readonly udp: boolean;
  /** From the TCP header on; what was not captured of a long one is zeros. */
  readonly tcp: Buffer | undefined;
  readonly atMs: number;
}

/** Frames of a pcap file in the byte order of this machine (little endian), Ethernet and IPv4. */
function packetsOf(pcap: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 24; at + 16 <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    const atMs = pcap.readUInt32LE(at) * 1_000 + pcap.readUInt32LE(at + 4) / 1_000;
    const frame = pcap.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    if (frame.length < length || frame.readUInt16BE(12) !== 0x0800) continue;
    const ip = frame.subarray(14);
    const headerLength = ((ip[0] ?? 0) & 15) * 4;
    const whole = Buffer.alloc(ip.readUInt16BE(2) - headerLength);
    ip.copy(whole, 0, headerLength);
    frames.push({ udp: ip[9] === 17, tcp: ip[9] === 6 ? whole : undefined, atMs });
  }
  return frames;
}

function toPacket(tcp: Buffer, serverPort: number, atMs: number): Packet {
  const source = tcp.readUInt16BE(0);
  const bits = tcp[13] ?? 0;
  const flags = `${bits & 2 ? 'S' : ''}${bits & 1 ? 'F' : ''}${bits & 4 ? 'R' : ''}`;
  return {
    from: source === serverPort ? 'server' : 'client',
    clientPort: source === serverPort ? tcp.readUInt16BE(2) : source,
    flags,
    atMs,
    payload: tcp.subarray(((tcp[12] ?? 0) >> 4) * 4),
  };
}
