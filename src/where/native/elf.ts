import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Makes of a place in a file of ELF the address that its debug information knows. strace tells the former, and the two are
 * alike in what gcc links for any address; not in a program that has a fixed one (Go, -no-pie), nor in one of lld.
 */
export function addressIn(path: string): (offset: number) => number {
  const segments = readSegments(path);
  return offset => {
    const own = segments.find(({ from, size }) => offset >= from && offset < from + size);
    return own ? offset - own.from + own.address : offset;
  };
}

/** A part of the file that is mapped to be executed. */
interface Segment {
  readonly from: number;
  readonly size: number;
  readonly address: number;
}

/** Of 64 bits, little endian, as all that Node 20 runs on; none of anything else. */
function readSegments(path: string): Segment[] {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const head = Buffer.alloc(64);
    readSync(fd, head, 0, 64, 0);
    if (head.toString('latin1', 0, 4) !== '\x7fELF' || head[4] !== 2 || head[5] !== 1) return [];
    const [size, count] = [head.readUInt16LE(54), head.readUInt16LE(56)];
    const table = Buffer.alloc(size * count);
    readSync(fd, table, 0, table.length, Number(head.readBigUInt64LE(32)));
    return Array.from({ length: count }, (_, index) => table.subarray(index * size, (index + 1) * size))
      .filter(entry => entry.readUInt32LE(0) === LOAD && (entry.readUInt32LE(4) & EXECUTE) !== 0)
      .map(entry => ({
        from: Number(entry.readBigUInt64LE(8)),
        size: Number(entry.readBigUInt64LE(32)),
        address: Number(entry.readBigUInt64LE(16)),
      }));
  } catch {
    // It is gone, or not ours to read: whoever makes lines of the addresses says so.
    return [];
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const LOAD = 1;
const EXECUTE = 1;
