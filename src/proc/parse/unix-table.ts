export interface UnixRow {
  readonly inode: number;
  /** A leading "@" stands for the NUL of an abstract name. Empty for an unnamed socket. */
  readonly path: string;
  /** __SO_ACCEPTCON of the Flags column: the socket listens. */
  readonly listening: boolean;
}

/** Rows of /proc/net/unix. A connection that waits in the accept queue has the listener's path and inode 0. */
export function parseUnixTable(text: string): UnixRow[] {
  const rows: UnixRow[] = [];
  for (const line of text.split('\n').slice(1)) {
    const match = /^\S+ \S+ \S+ (\S+) \S+ \S+\s+(\d+)(?: (.*))?$/.exec(line);
    if (!match) continue;
    rows.push({
      inode: Number(match[2]),
      path: match[3] ?? '',
      listening: (Number.parseInt(match[1] ?? '0', 16) & 0x10000) !== 0,
    });
  }
  return rows;
}
