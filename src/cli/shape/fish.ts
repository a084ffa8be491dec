import type { OptionShape, Shape } from './shape.js';
import { ARGUMENT_VALUES, OPTION_VALUES } from './values.js';

/** The completion of fish: `churn completion fish | source`. */
export function fishCompletion({ commands }: Shape): string {
  const all = commands.map(({ name }) => name).join(' ');
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c churn -n 'not __fish_seen_subcommand_from ${all}' -a ${name} -d ${quote(description)}`,
    ...options.map(option => optionLine(name, all, option)),
    ...operandLines(name),
  ]);
  return [
    '# fish completion of churn: churn completion fish | source',
    'complete -c churn -f',
    ...lines,
    '',
  ].join('\n');
}

/** `run` is meant where no command stands. */
function optionLine(
  command: string,
  all: string,
  { short, long, takesValue, description }: OptionShape,
): string {
  const others = `not __fish_seen_subcommand_from ${all}`;
  const seen = `__fish_seen_subcommand_from ${command}`;
  const when = command === 'run' ? `${seen}; or ${others}` : seen;
  const words = OPTION_VALUES[long];
  const value = !takesValue
    ? ''
    : words === 'file'
      ? ' -r -F'
      : words
        ? ` -x -a ${quote(words.join(' '))}`
        : ' -x';
  return `complete -c churn -n ${quote(when)}${short ? ` -s ${short.slice(1)}` : ''} -l ${long.slice(2)}${value} -d ${quote(description)}`;
}

function operandLines(name: string): string[] {
  const words = ARGUMENT_VALUES[name];
  if (words === undefined) return [];
  const what = words === 'file' ? '-F' : `-a ${quote(words.join(' '))}`;
  return [`complete -c churn -n '__fish_seen_subcommand_from ${name}' ${what}`];
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
