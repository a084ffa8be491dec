import type { CYCLES } from './load.js';
import { type Raw, reader, requireSense, type Table } from './table.js';
import { filled, SWITCH, usage, whole, wholes } from './values.js';

/** Who is under test. */
export const TARGET = {
  port: {
    short: '-p',
    value: whole(1, 65_535, 9_000),
    help: 'TCP port that the server listens on; auto: a free one for the command behind --',
  },
  host: {
    short: '-H',
    value: filled('<address>', 'an address', '127.0.0.1'),
    help: 'address of this machine (default: the one on which the port is open)',
  },
  unix: {
    value: filled('<path>', 'a path', '/run/app.sock', 'file'),
    help: 'Unix socket that the server listens on',
    notWith: {
      port: ['--port and --unix name two different servers.', 'Give one of them.'],
      host: ['--host has no meaning with --unix.', 'Leave out --host.'],
      hold: [
        '--hold tells who is kept by the ports of its connections, and Unix sockets have none.',
        'Use --port.',
      ],
    },
  },
  pid: {
    value: wholes(1, 4_194_304, 4_242),
    help: 'process to judge, repeatable (default: found from the listening socket)',
    notWith: {
      command: ['--pid names a server that runs; the command behind -- starts another.', 'Give one of them.'],
    },
  },
  behindProxy: {
    value: SWITCH,
    help: 'the process of --pid does not listen on the port itself',
    needs: { pid: ['--behind-proxy needs the pid of the server behind the proxy.', 'Add --pid N.'] },
  },
} as const satisfies Table;

/** Words behind `--`: a server to start, or a load. */
export interface RawCommand {
  /** A program and its arguments, without a shell. It is stopped when the run is over. */
  readonly command?: readonly string[] | undefined;
}

export interface Address {
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly unix: string | undefined;
  readonly pids: readonly number[];
  readonly behindProxy: boolean;
}

/**
 * The part of the options that says who is under test; `inspect` takes only these.
 * @throws ChurnError `usage` where no server is named, or two of them are.
 */
export function parseAddress(raw: Raw<typeof TARGET> & Raw<typeof CYCLES> & RawCommand): Address {
  const value = reader(TARGET, raw);
  const pids = value('pid') ?? [];
  if (raw.command === undefined && raw.port === undefined && raw.unix === undefined && pids.length === 0) {
    throw usage('No server was named.', 'Name the port that it listens on: churn --port 9000');
  }
  requireSense(TARGET, raw);
  return {
    unix: value('unix'),
    host: value('host'),
    pids,
    behindProxy: value('behindProxy') ?? false,
    port: raw.port === 'auto' && raw.command ? undefined : value('port'),
  };
}
