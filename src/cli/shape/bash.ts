import type { OptionShape, Shape } from './shape.js';
import { ARGUMENT_VALUES, OPTION_VALUES } from './values.js';

/** The completion of bash: `source <(churn completion bash)`. */
export function bashCompletion(program: Shape): string {
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
function takers({ commands }: Shape): string[] {
  const all = commands
    .flatMap(({ options }) => options)
    .filter(({ long, takesValue }) => takesValue && !(long in OPTION_VALUES));
  return [...new Set(all.flatMap(({ short, long }) => [...(short ? [short] : []), long]))];
}
