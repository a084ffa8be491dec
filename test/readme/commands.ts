/** A command of the README, as it stands there, without its comment. */
export interface Command {
  readonly text: string;
  readonly block: string;
}

/** Every command of the indented blocks, of the tables, and of the examples for CI. @throws for a block that is neither commands nor output. */
export function commandsOf(readme: string): Command[] {
  const fenced = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
  const prose = readme.replaceAll(/^```\w+\n[\s\S]*?^```$/gm, '');
  return [
    ...blocksOf(prose).flatMap(commandsOfBlock),
    ...fenced.flatMap(({ language, text }) => commandsOfExample(language, text)),
    ...[...prose.matchAll(/^\|.*\|$/gm)].flatMap(([row]) => commandsOfRow(row)),
  ];
}

/** Runs of indented lines; empty lines in between belong to them. */
function blocksOf(text: string): string[] {
  return [...text.matchAll(/(?:^ {4}.*\n(?:\n(?= {4}))?)+/gm)].map(([block]) =>
    block.replaceAll(/^ {4}/gm, ''),
  );
}

function commandsOfBlock(block: string): Command[] {
  const lines = block.split('\n').filter(line => line.trim() !== '');
  const typed = lines.filter(line => line.startsWith('$ '));
  if (typed.length > 0) return typed.map(line => ({ text: withoutComment(line.slice(2)), block }));
  if (OUTPUT.test(block)) return [];
  // What a command does may go on in the next line.
  const commands = lines.filter(line => !line.startsWith(' '));
  const strange = commands.find(line => !COMMAND.test(line));
  if (strange !== undefined) throw new Error(`Neither a command nor the output of one: ${strange}`);
  return commands.map(line => ({ text: withoutComment(line), block }));
}

function commandsOfExample(language: string, text: string): Command[] {
  const found =
    language === 'groovy'
      ? text.matchAll(/\bsh '([^']+)'/g)
      : text.matchAll(/^ *- (?:run: )?((?:churn|npm|\.\/server) .+)$/gm);
  return [...found].map(([, command = '']) => ({ text: command, block: text }));
}

/** Commands in the cells of the recipes; other tables tell of options. */
function commandsOfRow(row: string): Command[] {
  return [...row.matchAll(/`(churn [^`]*)`/g)].map(([, text = '']) => ({ text, block: row }));
}

function withoutComment(line: string): string {
  return line
    .replace(/\s{2,}\S.*$/, '')
    .replace(/\s+#.*$/, '')
    .trim();
}

const COMMAND = /^(?:churn|npm|npx|\.\/server|source) /;
/** Reports, and programs, which the tests of the library run. */
const OUTPUT = /^(?:(?:PASS|FAIL) {2}| {2}✖ |import )/;
