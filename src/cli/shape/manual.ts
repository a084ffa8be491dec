import type { CommandShape, OptionShape } from './shape.js';

/** The manual page, in the macros of man(7), of the words that --help has. */
export function manualPage(program: CommandShape, version: string): string {
  const lines = [
    `.TH CHURN 1 "" "churn ${version}" "User Commands"`,
    '.SH NAME',
    `churn \\- ${escapeRoff(lowerFirst(program.description.replace(/\.$/, '')))}`,
    '.SH SYNOPSIS',
    ...program.commands.flatMap(synopsisOf),
    '.SH DESCRIPTION',
    escapeRoff(program.description),
    '.SH COMMANDS',
    ...program.commands.flatMap(({ name, description }) => tagged(name, description)),
    ...program.commands
      .filter(({ options }) => options.length > 0)
      .flatMap(({ name, options }) => [`.SH OPTIONS OF ${name.toUpperCase()}`, ...optionLines(options)]),
    '.SH NOTES',
    '.nf',
    ...program.epilogue.trim().split('\n').map(escapeRoff),
    '.fi',
  ];
  return `${lines.join('\n')}\n`;
}

function synopsisOf({ name, options, arguments: operands }: CommandShape): string[] {
  const words = operands.map(({ name: operand, required }) => (required ? ` ${operand}` : ` [${operand}]`));
  return [
    '.br',
    `.B churn ${name === 'run' ? '[run]' : name}`,
    escapeRoff(`${options.length > 0 ? '[options]' : ''}${words.join('')}`.trim() || ' '),
  ];
}

function optionLines(options: readonly OptionShape[]): string[] {
  let group = '';
  return options.flatMap(option => {
    const heading =
      option.group !== group && option.group !== ''
        ? [`.SS ${escapeRoff(option.group.replace(/:$/, ''))}`]
        : [];
    group = option.group;
    return [...heading, ...tagged(option.flags, option.description)];
  });
}

function tagged(term: string, text: string): string[] {
  return ['.TP', `.B ${escapeRoff(term)}`, escapeRoff(text)];
}

/** A backslash, a hyphen, and a dot or quote at the beginning of a line mean something to troff. */
function escapeRoff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replace(/^(?=[.'])/, '\\&');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
