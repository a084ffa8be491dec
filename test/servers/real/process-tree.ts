import { readdir, readFile } from 'node:fs/promises';

/** A process is a pid and its start time: the pid alone is used again. */
export interface ProcessId {
  readonly pid: number;
  readonly startTicks: number;
}

interface ProcessRow extends ProcessId {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

/**
 * Everything that still runs of a server: its process group, and its descendants.
 * Both are needed: PostgreSQL's children have a group of their own, orphans of a dead parent only the group.
 */
export async function membersOf(leader: number): Promise<ProcessId[]> {
  const rows = await processRows();
  const members = new Set([leader]);
  for (let before = 0; before < members.size; ) {
    before = members.size;
    for (const row of rows) {
      if (row.group === leader || members.has(row.parent)) members.add(row.pid);
    }
  }
  return rows.filter(row => members.has(row.pid) && row.state !== 'Z');
}

export async function stillRuns({ pid, startTicks }: ProcessId): Promise<boolean> {
  const row = await processRow(pid);
  return row !== undefined && row.startTicks === startTicks && row.state !== 'Z';
}

async function processRows(): Promise<ProcessRow[]> {
  const names = await readdir('/proc');
  const rows = await Promise.all(
    names.filter(name => /^\d+$/.test(name)).map(name => processRow(Number(name))),
  );
  return rows.filter(row => row !== undefined);
}

async function processRow(pid: number): Promise<ProcessRow | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, field 2, may itself hold blanks and parentheses: fields are counted after the last ')'.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const startTicks = fields[19];
  if (state === undefined || startTicks === undefined) return undefined;
  return { pid, state, parent: Number(parent), group: Number(group), startTicks: Number(startTicks) };
}
