/** A command of the README or of the guide, as it stands there, without its comment. */
export interface Command {
  readonly text: string;
  readonly block: string;
}

/**
 * Every command of the indented blocks, of the sentences and lists, and of the examples for CI.
 *
 * @throws for a block that is neither commands nor output.
 */
export function commandsOf(document: string): Command[] {
  const fenced = [...document.matchAll(FENCED)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
  const blocks = document.replaceAll(FENCED, '').matchAll(BLOCK);
  return [
    ...[...blocks].flatMap(([block]) => commandsOfBlock(block.replaceAll(/^ {4}/gm, ''))),
    ...fenced.flatMap(({ language, text }) => commandsOfExample(language, text)),
    ...proseOf(document).split('\n\n').flatMap(commandsOfParagraph),
  ];
}

/** The prose of a document: what is neither an indented block nor an example in fences. */
export function proseOf(document: string): string {
  return document.replaceAll(FENCED, '').replaceAll(BLOCK, '');
}

const FENCED = /^```(\w+)\n([\s\S]*?)^```$/gm;
/** Runs of indented lines; empty lines in between belong to them. */
const BLOCK = /(?:^ {4}.*\n(?:\n(?= {4}))?)+/gm;

function commandsOfBlock(block: string): Command[] {
  const lines = block
    .replaceAll(/ \\\n +/g, ' ')
    .split('\n')
    .filter(line => line.trim() !== '');
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

/** Commands within sentences. One word behind `churn` is the name of a command, of which is told there. */
function commandsOfParagraph(block: string): Command[] {
  return [...block.matchAll(/`(churn\s[^`]+)`/g)]
    .map(([, text = '']) => ({ text: text.replaceAll(/\s+/g, ' '), block }))
    .filter(({ text }) => !/^churn \w+$/.test(text));
}

function withoutComment(line: string): string {
  return line
    .replace(/\s{2,}\S.*$/, '')
    .replace(/\s+#.*$/, '')
    .trim();
}

const COMMAND = /^(?:churn|npm|npx|\.\/server|source) /;
/** Reports, the list of options, and programs, which the tests of the library run. */
const OUTPUT = /^(?:(?:PASS|FAIL) {2}| {2}✖ |import |Output:\n)/;
