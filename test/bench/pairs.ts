/** What one figure has to be; it is judged by its median. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** One line of a table: a figure, measured once per round. */
export interface Row {
  readonly label: string;
  readonly figures: readonly number[];
  readonly target?: Target;
  /** What the bare figures were, for a reader: no part of any judgement. */
  readonly remark?: string;
}

export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
  /** Lines below the table. */
  readonly notes?: readonly string[];
}

export interface Subject<Figure> {
  readonly name: string;
  readonly measure: () => Promise<Figure>;
}

/** How many rounds, and how long all of them may take: a slow machine gets fewer, but always one. */
export interface Rounds {
  readonly most: number;
  readonly budgetMs: number;
}

/**
 * Measures all subjects side by side, once per round: every second round backwards, so that none is always the first.
 * What they find out stands in `figures[round][subject]`.
 */
export async function sideBySide<Figure>(
  subjects: readonly Subject<Figure>[],
  { most, budgetMs }: Rounds,
  say: (progress: string) => void,
): Promise<Figure[][]> {
  const startedAtMs = performance.now();
  const rounds: Figure[][] = [];
  const fitsOneMore = () => {
    const elapsedMs = performance.now() - startedAtMs;
    return rounds.length === 0 || elapsedMs + elapsedMs / rounds.length <= budgetMs;
  };
  while (rounds.length < most && fitsOneMore()) {
    const order = subjects.map((_, index) => index);
    if (rounds.length % 2 === 1) order.reverse();
    const found = new Map<number, Figure>();
    for (const index of order) {
      const subject = subjects[index];
      if (!subject) continue;
      say(`round ${rounds.length + 1} of ${most}: ${subject.name}`);
      found.set(index, await subject.measure());
    }
    rounds.push([...found].sort(([a], [b]) => a - b).map(([, figure]) => figure));
  }
  return rounds;
}

export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Whether a row has no target, or its median is where the target wants it. */
export function isMet({ figures, target }: Row): boolean {
  if (!target) return true;
  return 'atLeast' in target ? median(figures) >= target.atLeast : median(figures) <= target.atMost;
}

export function drawTable({ title, rows, notes = [] }: Table): string {
  const width = Math.max(...rows.map(({ label }) => label.length));
  const head = `  ${''.padEnd(width)}${['min', 'median', 'max'].map(name => name.padStart(9)).join('')}   target`;
  const lines = rows.map(row => {
    const { label, figures, remark = '' } = row;
    const spread = [Math.min(...figures), median(figures), Math.max(...figures)];
    const columns = spread.map(figure => figure.toFixed(3).padStart(9)).join('');
    return `  ${label.padEnd(width)}${columns}   ${drawTarget(row).padEnd(15)} ${remark}`.trimEnd();
  });
  return [
    title,
    '',
    head,
    ...lines,
    '',
    ...notes.map(note => `  ${note}`),
    ...(notes.length > 0 ? [''] : []),
  ].join('\n');
}

function drawTarget(row: Row): string {
  if (!row.target) return '';
  const text = 'atLeast' in row.target ? `>= ${row.target.atLeast}` : `<= ${row.target.atMost}`;
  return `${text} ${isMet(row) ? 'met' : 'MISSED'}`;
}
