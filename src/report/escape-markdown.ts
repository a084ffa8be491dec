/** Text that Markdown shows as it is: no markup, no HTML, no table cell, and nobody is mentioned. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>|#~!$&]/g, '\\$&')
    .replace(/^(\s*)([-+]|\d+[.)])(?=\s)/, '$1\\$2')
    .replaceAll('@', '@<!-- -->');
}

/** Lines as a block of code, fenced by more backticks than they hold in a row. */
export function codeBlock(lines: readonly string[]): string {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return [fence, ...lines, fence].join('\n');
}

/** The text as code, in more backticks than it holds in a row. */
export function codeSpan(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1);
  return text.trim() === '' ? `${fence} ${fence}` : `${fence}${padded(text)}${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** A space at both ends is taken off when it is read, and keeps a backtick of the text from the fence. */
function padded(text: string): string {
  return /^[`\s]|[`\s]$/.test(text) ? ` ${text} ` : text;
}
