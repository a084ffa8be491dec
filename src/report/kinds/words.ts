import type { Asked } from '../../options/asked.js';
import type { AnyKind } from '../../verdict/kinds.js';
import type { ClientName } from '../../workload/client-names.js';
import { NEARLY_EACH, type Unit } from '../counts.js';
import type { ReportedFinding } from '../report.js';
import type { ServerKind } from '../server-kind.js';

/** All that is said of one kind of finding. */
export interface KindWords<F> {
  /** One line: what is wrong, in numbers. */
  readonly title: (finding: F, terms: Terms) => string;
  /** The most likely reason, where what was found tells more than the explanation does; else undefined. */
  readonly cause?: (finding: F, terms: Terms) => string | undefined;
  /** Where to look, or what to do next; undefined where the explanation has said it already. */
  readonly advice?: (finding: F, terms: Terms) => string | undefined;
  /** What was seen, one line each. */
  readonly evidence: (finding: F, terms: Terms) => readonly string[];
  /** What it comes to in the line of the verdict. A number stands behind a colon: "10 leaks" would contain the proof. */
  readonly fault: (finding: F, unit: Unit) => string;
  readonly explanation: Explanation;
}

/** A server is also told in a matrix and a sentence, and can be tried again. */
export interface ServerWords<F> extends KindWords<F> {
  /** What the server does, in the sentence of a thorough run. Perhaps one fault has many names. */
  readonly does: (finding: Pick<ReportedFinding, 'perCycle'>) => VerbPhrase;
  /** What the matrix of a thorough run says, where it has a column for it; without it, how much is kept. */
  readonly cell?: (finding: ReportedFinding) => string;
  /** What to run next; undefined: the explanation of the kind. */
  readonly next?: (finding: F, done: Done) => NextStep | undefined;
  /** It is told per minute of the load as well, where somebody else makes the connections. */
  readonly isGrowth: boolean;
}

/** In which terms a finding is told. */
export interface Terms {
  readonly unit: Unit;
  /** How the server is built, where that could be seen. */
  readonly server: ServerKind;
}

/** "leaks one fd", and how often, where that is known. */
export type VerbPhrase = readonly [verb: string, often?: 'per connection' | 'now and then'];

/** A leak on nearly every connection is one per connection. */
export function leaks(what: string): ServerWords<never>['does'] {
  return ({ perCycle }) => [`leaks one ${what}`, perCycle > NEARLY_EACH ? 'per connection' : 'now and then'];
}

/** What is known of the run that has ended; a command is not advised twice. */
export interface Done {
  readonly clients?: readonly ClientName[] | undefined;
  /** What was said of them, as words. */
  readonly asked?: Asked | undefined;
  /** Where in the code was asked; undefined: it cannot be. */
  readonly where?: boolean | undefined;
  /** How the server is built, which decides what can be asked of it. */
  readonly server?: ServerKind;
}

/** The command that tells more: a look at what is held, a long explanation, or a run with another client or further options. */
export type NextStep =
  | 'inspect'
  | { readonly explain: AnyKind }
  | { readonly client: ClientName }
  /** With the same clients. */
  | { readonly again: readonly string[] };

/** All that is said of a kind and does not depend on what was found. */
export interface Explanation {
  /** One line, for the list of kinds. */
  readonly summary: string;
  /** What it is, one text for each paragraph. */
  readonly what: Texts;
  /** The most likely reason, as the report says it. */
  readonly cause: Sentence;
  /** Where to look, as the report says it. */
  readonly advice: Sentence;
  /** The same for a server that was seen to be of a certain kind, where there is more to say. */
  readonly adviceFor?: Readonly<Partial<Record<ServerKind, string>>>;
  /** How to see it by hand. PORT and PID stand for those of the server. */
  readonly byHand: readonly [Step, ...Step[]];
  readonly causes: Texts;
  readonly sketches: readonly [Sketch, ...Sketch[]];
  /** Commands of this program that come next. */
  readonly next: readonly [Step, ...Step[]];
}

type Texts = readonly [string, ...string[]];

/** A sentence; some name what the server was put through. */
type Sentence = string | ((unit: Unit) => string);

/** A command to type, and what it shows. */
export type Step = readonly [run: string, shows: string];

/** Code before and after, by language. Only what matters of it. */
export interface Sketch {
  readonly language: 'C' | 'Go' | 'Node' | 'Python' | 'Java' | 'shell';
  /** What is wrong with the first one. */
  readonly wrong: string;
  readonly before: string;
  readonly after: string;
}

/** A hundred clients that connect and close, without any tool but bash. */
export const CONNECT_AND_CLOSE = 'for i in $(seq 100); do : </dev/tcp/127.0.0.1/PORT; done';

/** A finding in the words of its kind. */
interface Wording {
  readonly title: string;
  /** The most likely reason, in the words of a socket programmer. */
  readonly cause: string;
  readonly advice: string;
  readonly evidence: readonly string[];
}

/** Puts the words of its kind to a finding: advice by what was found, else by how the server is built, else for any. */
export function tell<F>(words: KindWords<F>, finding: F, terms: Terms): Wording {
  const { cause, advice, adviceFor = {} } = words.explanation;
  return {
    title: words.title(finding, terms),
    cause: words.cause?.(finding, terms) ?? inUnit(cause, terms.unit),
    advice: words.advice?.(finding, terms) ?? adviceFor[terms.server] ?? inUnit(advice, terms.unit),
    evidence: words.evidence(finding, terms),
  };
}

/** A sentence of an explanation, told of cycles or of connections. */
export function inUnit(sentence: Sentence, unit: Unit): string {
  return typeof sentence === 'string' ? sentence : sentence(unit);
}
