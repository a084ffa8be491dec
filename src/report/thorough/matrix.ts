import { COLUMNS, type ReportedRun } from '../report.js';

/** The matrix as rows of text; the reason of a row without cells stands in its first cell. */
export function matrixTable(runs: readonly ReportedRun[]): { head: string[]; rows: string[][] } {
  return {
    head: ['client', ...COLUMNS],
    rows: runs.map(({ client, cells, said }) => [
      client,
      ...(cells ? COLUMNS.map(column => cells[column]) : [said ?? '', ...COLUMNS.slice(1).map(() => '–')]),
    ]),
  };
}

/** The same with its columns one below the other. */
export function matrixLines(runs: readonly ReportedRun[]): string[] {
  const rows = [
    ['client', ...COLUMNS],
    ...runs.map(({ client, cells, said }) =>
      cells ? [client, ...COLUMNS.map(column => cells[column])] : [client, said ?? ''],
    ),
  ];
  // A sentence that goes over all columns makes none of them wider.
  const widths = ['client', ...COLUMNS].map((_, column) =>
    Math.max(...rows.map(row => (row.length > 2 || column === 0 ? (row[column]?.length ?? 0) : 0))),
  );
  const padded = (row: readonly string[]) =>
    row.map((cell, column) =>
      row.length > 2 || column === 0 ? cell.padEnd((widths[column] ?? 0) + 2) : cell,
    );
  return rows.map(row => `  ${padded(row).join('')}`.trimEnd());
}
