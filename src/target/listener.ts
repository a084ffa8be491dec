import type { NetOwner, TcpFamily } from '../proc/sockets.js';
import { readListenRows, readUnixRows } from '../proc/sockets.js';

/** A listening socket. */
export type Listener =
  | {
      readonly transport: 'tcp';
      readonly family: TcpFamily;
      readonly address: string;
      readonly port: number;
      readonly inode: number;
    }
  | { readonly transport: 'unix'; readonly path: string; readonly inode: number };

export type TcpListener = Extract<Listener, { transport: 'tcp' }>;

export function listTcpListeners(owner: NetOwner): TcpListener[] {
  return (['tcp', 'tcp6'] as const).flatMap(family =>
    readListenRows(owner, family).map(row => ({
      transport: 'tcp' as const,
      family,
      address: row.localAddress,
      port: row.localPort,
      inode: row.inode,
    })),
  );
}

export function listUnixListeners(owner: NetOwner, path: string): Listener[] {
  return readUnixRows(owner)
    .filter(row => row.listening && row.path === path)
    .map(row => ({ transport: 'unix' as const, path, inode: row.inode }));
}

/**
 * The listeners that a connection to `host` reaches: as the kernel does it, those on that very address before those
 * on a wildcard. Several on one address are an SO_REUSEPORT group.
 */
export function listenersFor(listeners: readonly TcpListener[], host: string): readonly TcpListener[] {
  const exact = listeners.filter(listener => listener.address === host);
  if (exact.length > 0) return exact;
  const wildcard = host.includes(':') ? '::' : '0.0.0.0';
  const own = listeners.filter(listener => listener.address === wildcard);
  if (own.length > 0) return own;
  // An IPv6 wildcard socket takes IPv4 as well, unless IPV6_V6ONLY is set, which /proc does not tell.
  return wildcard === '0.0.0.0' ? listeners.filter(listener => listener.address === '::') : [];
}

/** Where to connect to when no host was named: loopback where the port is open there, else the address it is bound to. */
export function defaultHosts(listeners: readonly TcpListener[]): string[] {
  const hosts = new Set<string>();
  for (const { address } of listeners) {
    if (address === '0.0.0.0') hosts.add('127.0.0.1');
    else if (address === '::') hosts.add('::1');
    else hosts.add(address);
  }
  const rank = (host: string) =>
    host === '127.0.0.1' ? 0 : host.startsWith('127.') ? 1 : host === '::1' ? 2 : 3;
  return [...hosts].sort((a, b) => rank(a) - rank(b));
}
