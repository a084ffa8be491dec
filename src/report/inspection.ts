import { formatBytes, plural } from '../units.js';
import { escapeText, formatCommand } from './escape.js';

/** What one process of a server holds, counted by kind; TCP sockets by state. */
export interface InspectedProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly comm: string;
  readonly threads: number;
  readonly mappings: number | null;
  readonly rssBytes: number | null;
  readonly anonBytes: number | null;
  readonly fds: number;
  readonly fdKinds: Readonly<Record<string, number>>;
}

export interface Inspection {
  readonly address: string;
  readonly listeners: readonly string[];
  readonly command: readonly string[];
  readonly limits: { readonly openFiles: number | null; readonly processes: number | null };
  readonly processes: readonly InspectedProcess[];
  readonly zombies: number;
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
