import type { ProcessLimits } from '../proc/process.js';
import type { NetOwner } from '../proc/sockets.js';
import type { Listener } from './listener.js';
import type { Runtime } from './runtime.js';

/** Where the cycles connect to. */
export type Endpoint =
  | { readonly transport: 'tcp'; readonly host: string; readonly port: number }
  /** `file` is what to connect to where that is not the path: the server lives with other files than we do. */
  | { readonly transport: 'unix'; readonly path: string; readonly file?: string };

/** A process, told from a later one with the same pid by its start time. */
export interface ProcessKey {
  readonly pid: number;
  readonly startTicks: number;
}

/** Who is under test: the listening sockets, and the topmost processes of the tree that serves them. */
export interface Target {
  readonly endpoint: Endpoint;
  readonly listeners: readonly Listener[];
  readonly roots: readonly ProcessKey[];
  /** Arguments of the first root. */
  readonly command: readonly string[];
  /** Name of the executable of the first root. */
  readonly program: string | undefined;
  /** How its memory is managed. */
  readonly runtime: Runtime;
  /** A checker that keeps freed memory for a while, so that memory cannot be judged. */
  readonly checker: 'sanitizer' | 'valgrind' | undefined;
  readonly limits: ProcessLimits;
  /** Where it is connected to. */
  readonly network: NetOwner;
  /** Where its own sockets are: the same, unless it is behind a proxy that lives elsewhere. */
  readonly servedIn: NetOwner;
  /** Processes outside of it that listen on the same address (SO_REUSEPORT): what they take is not this server's. */
  readonly rivals: readonly number[];
  /** What a reader of the report should know of how the target was found. */
  readonly notes: readonly string[];
}

export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.transport === 'unix') return `unix:${endpoint.path.replace(/(?<=^@.*?)@+$/, '')}`;
  return endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`;
}
