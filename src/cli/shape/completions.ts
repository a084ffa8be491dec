import { ARGUMENT_VALUES, type CommandShape, OPTION_VALUES, type OptionShape } from './shape.js';

/** The completion of bash: `source <(churn completion bash)`. */
export function bashCompletion(program: CommandShape): string {
  const commands = program.commands.map(({ name }) => name);
  const cases = program.commands.map(({ name, options }) => `    ${name}) options='${namesOf(options)}' ;;`);
  const values = Object.entries(OPTION_VALUES).map(
    ([option, words]) => `    ${option}) ${reply(words)}; return ;;`,
  );
  const operands = Object.entries(ARGUMENT_VALUES).map(([name, words]) => `    ${name}) ${reply(words)} ;;`);
  return `# bash completion of churn: source <(churn completion bash)
_churn() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=run options word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -- ]] && return
  done
  case \${COMP_WORDS[1]} in
    ${commands.join('|')}) ((COMP_CWORD > 1)) && command=\${COMP_WORDS[1]} ;;
  esac
  case $command in
${cases.join('\n')}
  esac
  case $previous in
${values.join('\n')}
    ${takers(program).join('|')}) return ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
    return
  fi
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${commands.join(' ')}' -- "$current"))
    return
  fi
  case $command in
${operands.join('\n')}
  esac
}
complete -F _churn churn
`;
}

function namesOf(options: readonly OptionShape[]): string {
  return options.map(({ long }) => long).join(' ');
}

function reply(words: readonly string[] | 'file'): string {
  const what = words === 'file' ? '-f' : `-W '${words.join(' ')}'`;
  return `COMPREPLY=($(compgen ${what} -- "$current"))`;
}

/** Options whose value nobody can guess. */
function takers({ commands }: CommandShape): string[] {
  const all = commands
    .flatMap(({ options }) => options)
    .filter(({ long, takesValue }) => takesValue && !(long in OPTION_VALUES));
  return [...new Set(all.flatMap(({ short, long }) => [...(short ? [short] : []), long]))];
}

/** The completion of zsh: a function file `_churn` on the fpath, or `source <(churn completion zsh)`. */
export function zshCompletion({ commands }: CommandShape): string {
  const names = commands.map(
    ({ name, description }) => `    ${quote(`${name}:${description.replaceAll(':', ';')}`)}`,
  );
  const cases = commands.map(
    ({ name, options }) =>
      `    ${name}) _arguments ${[...options.map(specOf), ...operandOf(name)].join(' \\\n      ')} ;;`,
  );
  return `#compdef churn
_churn() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  local command=run
  if ((CURRENT == 2)) && [[ $words[CURRENT] != -* ]]; then
    _describe command commands
    return
  fi
  if [[ $words[2] != -* ]]; then
    command=$words[2]
    shift words
    ((CURRENT--))
  fi
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _churn ]]; then _churn "$@"; else compdef _churn churn; fi
`;
}

function specOf({ short, long, takesValue, description }: OptionShape): string {
  const text = description.replaceAll(/[[\]]/g, '').replaceAll(':', ';');
  const value = takesValue ? `:value:${actionOf(OPTION_VALUES[long])}` : '';
  return [...(short ? [short] : []), long].map(name => quote(`*${name}[${text}]${value}`)).join(' ');
}

function operandOf(name: string): string[] {
  const words = ARGUMENT_VALUES[name];
  return words === undefined ? [] : [quote(`*:argument:${actionOf(words)}`)];
}

function actionOf(words: readonly string[] | 'file' | undefined): string {
  return words === undefined ? ' ' : words === 'file' ? '_files' : `(${words.join(' ')})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The completion of fish: `churn completion fish | source`. */
export function fishCompletion({ commands }: CommandShape): string {
  const all = commands.map(({ name }) => name).join(' ');
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c churn -n 'not __fish_seen_subcommand_from ${all}' -a ${name} -d ${fishQuote(description)}`,
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
        ? ` -x -a ${fishQuote(words.join(' '))}`
        : ' -x';
  return `complete -c churn -n ${fishQuote(when)}${short ? ` -s ${short.slice(1)}` : ''} -l ${long.slice(2)}${value} -d ${fishQuote(description)}`;
}

function operandLines(name: string): string[] {
  const words = ARGUMENT_VALUES[name];
  if (words === undefined) return [];
  const what = words === 'file' ? '-F' : `-a ${fishQuote(words.join(' '))}`;
  return [`complete -c churn -n '__fish_seen_subcommand_from ${name}' ${what}`];
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
