import { buildProgram } from '../../src/cli/program.js';

const PAGE = 80;
const INDENT = '    ';

/** The options of `run` as its help lists them, as a block of Markdown that fits a page of the guide. */
export function optionList(): string {
  const stdout = { columns: PAGE - INDENT.length };
  const program = buildProgram({ stdout } as unknown as Parameters<typeof buildProgram>[0]);
  const help = program.commands.find(command => command.name() === 'run')?.helpInformation() ?? '';
  // The last group is --help itself.
  const list = help.slice(help.indexOf('Output:\n'), help.indexOf('\nOptions:\n')).trimEnd();
  return `${list.replaceAll(/^(?=.)/gm, INDENT)}\n`;
}

/** A page with the list put between its heading and the paragraph behind it. */
export function withOptionList(page: string): string {
  return page.replace(/(?<=^## Options of `run`\n\n)[\s\S]*?(?=\n\w)/m, () => optionList());
}
