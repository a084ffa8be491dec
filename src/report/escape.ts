/**
 * Text from outside (command lines, paths, process names) made harmless: control characters, the marks that turn the
 * direction of writing, and halves of surrogate pairs, which JSON would escape later on, become visible escapes; and
 * nothing in it may read as this tool's proof of a clean run.
 */
export function escapeText(text: string): string {
  return breakProof(
    text.replace(
      /[\p{Surrogate}\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
      escapeCharacter,
    ),
  );
}

/** The proof line is ours alone: "0 leaks" in a server's name or log comes out as "0·leaks". */
export function breakProof(text: string): string {
  return text.replace(/(0|no) (?=leak)/gi, '$1·');
}

/** One argument as a shell would need it, so that a command line can be read and pasted. */
export function quoteArgument(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

export function formatCommand(command: readonly string[]): string {
  return escapeText(command.map(quoteArgument).join(' '));
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

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
