import { type Count, formatBytes, type Pid, plural } from '../units.js';
import { escapeText, formatCommand } from './escape.js';

/** What one process of a server holds, counted by kind; TCP sockets by state. */
export interface InspectedProcess {
  readonly pid: Pid;
  /** 0 where it cannot be seen from here. */
  readonly parentPid: Count;
  /** Its name as the kernel has it, at most 15 bytes. */
  readonly comm: string;
  readonly threads: Count;
  readonly mappings: Count | null;
  /** Resident memory; null where it may not be read. */
  readonly rssBytes: Count | null;
  /** Of that, and of what was swapped out, its own. */
  readonly anonBytes: Count | null;
  /** How many descriptors it has open. */
  readonly fds: Count;
  /** The same by kind: "tcp LISTEN", "socket", "file", … */
  readonly fdKinds: Readonly<Record<string, Count>>;
}

/** Who listens, and what the processes behind it hold. */
export interface Inspection {
  /** Address and port, or path. */
  readonly address: string;
  readonly listeners: readonly string[];
  /** Arguments of its first process. */
  readonly command: readonly string[];
  /** Soft limits of its first process; null is without limit. */
  readonly limits: { readonly openFiles: Count | null; readonly processes: Count | null };
  /** Parents before children. */
  readonly processes: readonly InspectedProcess[];
  readonly zombies: Count;
}

/** What `churn inspect` prints: the listeners, the process tree, what each process holds, and the limits. */
export function renderInspection(inspection: Inspection): string {
  const { address, command, listeners, limits, processes, zombies } = inspection;
  const limit = (value: number | null) => (value === null ? 'unlimited' : String(value));
  const lines = [
    `churn inspect ${escapeText(address)}  ·  ${formatCommand(command)}`,
    '',
    `  listens on  ${listeners.map(escapeText).join(', ')}`,
    `  limits      ${limit(limits.openFiles)} open files, ${limit(limits.processes)} processes (per process, soft)`,
    ...(zombies > 0 ? [`  zombies     ${zombies}`] : []),
    '',
    ...processes.flatMap(process => processLines(process, depthOf(process, processes))),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one JSON object, its text from outside made harmless. */
export function renderInspectionJson(inspection: Inspection): string {
  const harmless = (_key: string, value: unknown) => (typeof value === 'string' ? escapeText(value) : value);
  return `${JSON.stringify(inspection, harmless, 2)}\n`;
}

function processLines(process: InspectedProcess, depth: number): string[] {
  const indent = '  '.repeat(depth + 1);
  const memory = process.rssBytes === null ? '' : `, ${formatBytes(process.rssBytes)} resident`;
  const own = process.anonBytes === null ? '' : ` (${formatBytes(process.anonBytes)} its own)`;
  return [
    `${indent}${depth > 0 ? '└ ' : ''}pid ${process.pid}  ${escapeText(process.comm)}  ${plural(process.threads, 'thread')}${memory}${own}`,
    `${indent}    ${plural(process.fds, 'fd')}: ${Object.entries(process.fdKinds)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ')}`,
  ];
}

function depthOf(process: InspectedProcess, all: readonly InspectedProcess[]): number {
  const parent = all.find(({ pid }) => pid === process.parentPid);
  return parent ? depthOf(parent, all) + 1 : 0;
}
