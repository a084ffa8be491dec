import type { Finding } from '../../verdict/finding.js';
import { formatCommand } from '../escape.js';

/** What the run is known to have done already; a command is not advised twice. */
export interface Done {
  readonly clients?: readonly string[] | undefined;
}

/**
 * The command that tells more about a finding. The address is that of the report: "127.0.0.1:9000", "[::1]:9000",
 * "unix:/run/app.sock".
 */
export function nextCommand(finding: Finding, address: string, done: Done = {}): string {
  return formatCommand(['churn', ...wordsOfCommand(finding, address, done)]);
}

/** The command that looks closer at one client behaviour. */
export function closerLook(address: string, client: string, isInsecure: boolean): string {
  const trust = isInsecure && client.startsWith('tls') ? ['--insecure'] : [];
  return formatCommand(['churn', ...serverOptions(address), '--client', client, ...trust]);
}

function wordsOfCommand(finding: Finding, address: string, { clients = [] }: Done): string[] {
  const explain = ['explain', finding.kind];
  const again = (...options: string[]) => [...serverOptions(address), ...options];
  const inspect = ['inspect', ...serverOptions(address)];
  switch (finding.kind) {
    case 'fd': {
      const what = finding.groups[0]?.what;
      if (what === 'outside' || what === 'upstream') return inspect;
      return what === 'dead-socket' && !clients.includes('rst') ? again('--client', 'rst') : explain;
    }
    case 'child':
      return inspect;
    case 'memory':
      return again('--cycles', '100000');
    case 'crash':
      if (finding.lost) return inspect;
      // From a fresh start the connections are counted as the server counts them: this comes back to the one it died on.
      return finding.connections
        ? again('--warmup', '0', '--cycles', String(finding.connections[1]))
        : explain;
    case 'hang':
      if (finding.silentClients) return explain;
      return finding.atFdLimit ? ['explain', 'fd'] : inspect;
    case 'refused':
      return finding.listenerGone ? explain : again('--pause', '10ms');
    case 'zombie':
    case 'thread':
    case 'mapping':
    case 'restart':
    case 'reply':
    case 'spin':
    case 'work':
    case 'reload':
    case 'shutdown':
    case 'sanitizer':
    case 'gauge':
      return explain;
  }
}

/** Loopback is where a port is looked for when no host is named. */
function serverOptions(address: string): string[] {
  if (address.startsWith('unix:')) return ['--unix', address.slice('unix:'.length)];
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const port = ['--port', address.slice(colon + 1)];
  return host === '127.0.0.1' || host === '::1' ? port : ['--host', host, ...port];
}
