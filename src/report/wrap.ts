import { gaugeRows } from './gauges.js';
import { askedRows, holdRows } from './load-rows.js';
import type { Report } from './report.js';
import { outputLines, startedRows } from './started/lines.js';
import { watchRows } from './watched.js';

/** Breaks a line at spaces so that it fits; runs of spaces inside are kept. Escape codes count as nothing. */
export function wrap(line: string, columns: number, indent: number): string[] {
  if (visibleLength(line) <= columns) return [line];
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S)(?= )/)) {
    const next = current + word;
    if (current.trim() !== '' && visibleLength(next) > columns) {
      lines.push(current);
      current = ' '.repeat(indent) + word.trimStart();
    } else {
      current = next;
    }
  }
  return [...lines, current];
}

function visibleLength(text: string): number {
  return text.replace(/\u001b\[[0-9;]*m/g, '').length;
}

/** What is particular to a sort of run, one line each: for test reports, whose cases have no place for it. */
export function toldRows(report: Report): string[] {
  const { serve, watch, hold = null } = report;
  const rows = [
    ...(serve?.rows ?? []),
    ...(watch ? watchRows(watch) : []),
    ...askedRows(report),
    ...holdRows({ hold }),
    ...gaugeRows(report).map(text => ['gauge', text] as const),
    ...startedRows(report),
  ];
  return [
    ...rows.map(([name, text]) => `${name}: ${text}`),
    ...outputLines(report).flatMap(line => (line === '' ? [] : [line.trim()])),
  ];
}
