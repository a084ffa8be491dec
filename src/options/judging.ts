import type { Kind } from '../verdict/finding.js';
import { KINDS } from '../verdict/kinds.js';
import type { Policy } from '../verdict/policy.js';
import type { Raw, Table } from './table.js';
import { count, SWITCH, SWITCH_THAT_IS_ON, text, texts, time, usage, whole } from './values.js';

/** Node fills its young generation for some 25 000 connections before it is level. */
export const HEAP_BUDGET = '20s';

const BUDGET = '10s';

/** What the verdict is made of, and what comes of it. */
export const JUDGING = {
  warmup: { value: whole(0, 1_000_000), default: 10, help: 'cycles before the judged ones' },
  settle: { value: time(0, 3_600_000), default: '5s', help: 'how long a server may take to close' },
  rounds: { value: whole(6, 1_000), default: 12, help: 'rounds of cycles that memory is judged by' },
  budget: {
    value: time(0, 86_400_000),
    default: BUDGET,
    help: `time for confirming what has to recur (default: ${BUDGET}, ${HEAP_BUDGET} where garbage is collected)`,
  },
  confirm: { value: SWITCH_THAT_IS_ON, help: 'make no further cycles' },
  strict: { value: SWITCH, help: 'exit 3 when something is undecided' },
  failOn: {
    value: text<readonly Kind[]>('<kinds>', KINDS),
    help: 'only these kinds of finding fail, separated by commas',
  },
  allow: {
    value: texts<Readonly<Partial<Record<Kind, number>>>>('<kind=n>'),
    help: 'let pass up to n of a kind, repeatable',
  },
  gauge: {
    value: texts<string | readonly string[]>('<url#name>'),
    help: 'a number of the server that must come back too, repeatable',
  },
  allowRemote: {
    value: SWITCH,
    help: 'judge a server that cannot be looked into by its gauges',
    notWith: {
      command: [
        '--allow-remote judges a server that runs already, by its address; the command behind -- starts another.',
        'Leave out --allow-remote: a server that churn starts can be looked into.',
      ],
    },
  },
} as const satisfies Table;

/** Which findings fail. @throws ChurnError `usage` for a kind that is none. */
export function parsePolicy(raw: RawPolicy): Policy {
  return policyOf(raw, KINDS, 'The kinds are:');
}

type RawPolicy = Pick<Raw<typeof JUDGING>, 'strict' | 'failOn' | 'allow'>;

/** The same among the kinds of a server, or of a client. */
export function policyOf<K extends string>(
  { strict = false, failOn, allow = [] }: RawPolicy,
  kinds: readonly K[],
  theseAre: string,
) {
  const kind = (option: string, name: string): K => {
    const known = kinds.find(candidate => candidate === name);
    if (known) return known;
    throw usage(
      `${option} expects a kind of finding, got ${JSON.stringify(name)}.`,
      `${theseAre} ${kinds.join(', ')}.`,
    );
  };
  const failing = failOn?.split(',').map(name => kind('--fail-on', name.trim()));
  const allowed: Partial<Record<K, number>> = {};
  for (const rule of allow) {
    const [name = '', ...numbers] = rule.split('=');
    const option = `--allow ${name}`;
    const most = Number.MAX_SAFE_INTEGER;
    allowed[kind('--allow', name)] = count(option, numbers.join('='), 0, most, `${option}=10`);
  }
  return { strict, failOn: failing, allow: allowed };
}
