/** What waits at a netlink socket that listens to a group, and what it has lost for want of room. */
export interface NetlinkReader {
  readonly queuedBytes: number;
  readonly drops: number;
}

/**
 * The row of /proc/net/netlink of the socket with which the process hears of sockets that end (NETLINK_SOCK_DIAG, 4, and
 * a group): "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode". undefined while it has none.
 */
export function parseNetlinkReader(text: string, pid: number): NetlinkReader | undefined {
  for (const line of text.split('\n')) {
    const [, protocol, owner, groups = '', queued, , , , drops] = line.trim().split(/\s+/);
    if (protocol !== '4' || Number(owner) !== pid || /^0*$/.test(groups)) continue;
    return { queuedBytes: Number(queued), drops: Number(drops) };
  }
  return undefined;
}
