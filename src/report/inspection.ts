import { Chalk, type ChalkInstance } from 'chalk';
import { type Count, formatAge, formatBytes, type Milliseconds, type Pid, plural } from '../units.js';
import { escapeText, formatCommand } from './escape.js';

/** What one process of a server holds, counted by kind; TCP sockets by state. */
export interface InspectedProcess {
  readonly pid: Pid;
  /** 0 where it cannot be seen from here. */
  readonly parentPid: Count;
  /** Its name as the kernel has it, at most 15 bytes. */
  readonly comm: string;
  /**
   * Since it was started.
   *
   * @optional
   */
  readonly ageMs: Milliseconds;
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
  /**
   * The other ends of its TCP connections and the paths of its files, the most frequent first: "← 10.0.0.7" is a client,
   * "→ 10.0.0.9:5432" another server, with its program where that is on this machine.
   *
   * @optional
   */
  readonly names: ReadonlyArray<{ readonly name: string; readonly count: Count }>;
  /**
   * Calls that its threads sleep in, each with how many do.
   *
   * @optional
   */
  readonly sleepsIn: Readonly<Record<string, Count>>;
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
export function renderInspection(inspection: Inspection, colorLevel: 0 | 1 | 2 | 3 = 0): string {
  const chalk = new Chalk({ level: colorLevel });
  const { address, command, listeners, limits, processes, zombies } = inspection;
  const limit = (value: number | null) => (value === null ? 'unlimited' : String(value));
  const lines = [
    `${chalk.bold(`churn inspect ${escapeText(address)}`)}  ·  ${formatCommand(command)}`,
    '',
    `  ${chalk.dim('listens on')}  ${listeners.map(escapeText).join(', ')}`,
    `  ${chalk.dim('limits')}      ${limit(limits.openFiles)} open files, ${limit(limits.processes)} processes (per process, soft)`,
    ...(zombies > 0 ? [chalk.yellow(`  zombies     ${zombies}`)] : []),
    '',
    ...processes.flatMap(process =>
      processLines(process, limits.openFiles, depthOf(process, processes), chalk),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one JSON object, its text from outside made harmless; of several looks each has one line. */
export function renderInspectionJson(inspection: Inspection, isOneOfMany = false): string {
  const harmless = (_key: string, value: unknown) => (typeof value === 'string' ? escapeText(value) : value);
  return `${JSON.stringify(inspection, harmless, isOneOfMany ? undefined : 2)}\n`;
}

/** Green is for what has a verdict; here nothing has. */
export function paintShare(text: string, share: number | undefined, chalk: ChalkInstance): string {
  if (share === undefined || share < NEARLY_FULL) return text;
  return share < FULL ? chalk.yellow(text) : chalk.red(text);
}

const NEARLY_FULL = 0.5;
const FULL = 0.8;

function processLines(
  process: InspectedProcess,
  openFiles: number | null,
  depth: number,
  chalk: ChalkInstance,
): string[] {
  const indent = '  '.repeat(depth + 1);
  const share = openFiles === null ? undefined : process.fds / openFiles;
  const ofLimit = share === undefined ? '' : ` (${Math.round(100 * share)} % of the limit)`;
  const memory = process.rssBytes === null ? '' : `, ${formatBytes(process.rssBytes)} resident`;
  const own = process.anonBytes === null ? '' : ` (${formatBytes(process.anonBytes)} its own)`;
  return [
    `${indent}${depth > 0 ? '└ ' : ''}${chalk.bold(`pid ${process.pid}  ${escapeText(process.comm)}`)}  up ${formatAge(process.ageMs)}, ${plural(process.threads, 'thread')}${memory}${own}`,
    `${indent}    ${paintShare(`${plural(process.fds, 'fd')}${ofLimit}`, share, chalk)}: ${counted(process.fdKinds)}`,
    ...Object.keys(process.fdKinds).flatMap(kind =>
      STATES[kind] ? [chalk.yellow(`${indent}    ${kind}: ${STATES[kind]}`)] : [],
    ),
    ...(process.names.length > 0 ? [`${indent}    ${namesOf(process)}`] : []),
    ...(Object.keys(process.sleepsIn).length > 0
      ? [`${indent}    threads sleep in ${counted(process.sleepsIn)}`]
      : []),
  ];
}

/** What the states mean in which a connection ought not to stay, in the words of a server. */
const STATES: Readonly<Record<string, string>> = {
  'tcp SYN_RECV': 'the handshake is not finished',
  'tcp FIN_WAIT1': 'the server has ended its side, and nobody has acknowledged that: the client may be gone',
  'tcp CLOSING': 'both have closed at once',
  'tcp CLOSE_WAIT': 'the client has closed, the server has not: forgotten, if it stays so',
  'tcp FIN_WAIT2': 'the server has ended its side, and waits for the client to do so',
  'tcp LAST_ACK': 'both have closed; the last acknowledgement is due',
};

function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}

/** "12 ← 10.0.0.7, 2 → 10.0.0.9:5432, 1 × /var/log/app.log, and 3 others". */
function namesOf({ names }: InspectedProcess): string {
  const shown = names
    .slice(0, MOST_NAMES)
    .map(({ name, count }) => `${count} ${name.startsWith('/') ? '× ' : ''}${escapeText(name)}`);
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, and ${plural(more, 'other')}` : ''}`;
}

const MOST_NAMES = 5;

function depthOf(process: InspectedProcess, all: readonly InspectedProcess[]): number {
  const parent = all.find(({ pid }) => pid === process.parentPid);
  return parent ? depthOf(parent, all) + 1 : 0;
}
