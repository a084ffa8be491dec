import type { Verdict } from '../../verdict/judge.js';
import type { RowName, Standing } from '../../verdict/rows.js';
import type { ReportedRun } from '../report.js';
import { noteSentence } from '../wording/notes.js';

interface Noted {
  readonly name: RowName;
  readonly standing: Standing;
  readonly verdict?: Verdict | undefined;
}

/** Each note once, with the clients that it came with; how many cycles confirmed what is told in one sum already. */
export function notesOf(rows: readonly Noted[], runs: readonly ReportedRun[]): string[] {
  const clients = new Map<string, string[]>();
  for (const { name, standing, verdict } of rows) {
    if ('reason' in standing) continue;
    for (const note of verdict?.notes ?? []) {
      if (note.note === 'confirmed-with') continue;
      const sentence = noteSentence(note);
      clients.set(sentence, [...(clients.get(sentence) ?? []), name]);
    }
  }
  return [...[...clients].map(([note, names]) => `${names.join(', ')}: ${note}`), ...shortRows(runs)];
}

/** A row ends early where the descriptors of the server, or the time, would not last for all rows. */
function shortRows(runs: readonly ReportedRun[]): string[] {
  const short = runs.filter(
    ({ cycles }) => cycles && cycles.stopped === null && cycles.completed + cycles.failed < cycles.requested,
  );
  if (short.length === 0) return [];
  const names = short.map(({ client }) => client).join(', ');
  return [
    `${names}: fewer cycles were made, so that the time and the descriptors of the server last for the other clients.`,
  ];
}
