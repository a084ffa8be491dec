import type { OptionShape, Shape } from './shape.js';
import { ARGUMENT_VALUES, OPTION_VALUES } from './values.js';

/** The completion of zsh: a function file `_churn` on the fpath, or `source <(churn completion zsh)`. */
export function zshCompletion({ commands }: Shape): string {
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
