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
