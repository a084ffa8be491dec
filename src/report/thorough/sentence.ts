import { plural } from '../../units.js';
import type { Kind } from '../../verdict/kinds.js';
import { type BehaviourFacts, type ClientName, FACTS, USUAL_CLIENTS } from '../../workload/client-names.js';
import { breakProof } from '../escape.js';
import { SERVER_WORDS } from '../kinds/registry.js';
import type { VerbPhrase } from '../kinds/words.js';
import type { ReportedRun } from '../report.js';
import { isOfClient, rowName, tellsApart } from './routes.js';

type RunToDescribe = Pick<ReportedRun, 'client' | 'route' | 'status' | 'findings'>;

/** What a thorough run comes to: "Clean when clients close, leaks one fd per connection when they reset". */
export function sentenceOf(runs: readonly RunToDescribe[]): string {
  const rows = runs.filter(isOfClient);
  const names = (status: RunToDescribe['status']) =>
    rows.filter(row => row.status === status).map(({ client }) => client);
  const judged = [...names('pass'), ...names('fail'), ...names('undecided')];
  const mixed = runs.find(({ client }) => client === 'mixed');
  const tried: Tried = {
    passed: names('pass'),
    faults: faultsOf(rows.filter(({ status }) => status === 'fail')),
    judged,
    isWhole: names('not-run').length === 0,
    cleanAlone: mixed?.status === 'fail',
  };
  const parts = [
    ...clauses(tried),
    ...routeClauses(runs),
    ...mixedClause(mixed),
    ...silentClause(
      runs.find(({ client }) => client === 'silent'),
      tried,
    ),
    ...(names('undecided').length > 0 ? [`not decided with ${names('undecided').join(', ')}`] : []),
    ...(names('not-run').length > 0 ? [`not run: ${names('not-run').join(', ')}`] : []),
  ];
  const text = parts.join('; ');
  return breakProof(text === '' ? 'No client could be tried' : text.charAt(0).toUpperCase() + text.slice(1));
}

/** The rows but `mixed`, by what became of them. */
interface Tried {
  readonly passed: readonly string[];
  readonly faults: Faults;
  readonly judged: readonly string[];
  /** Where rows are missing, what the others have in common is a guess: then they are named. */
  readonly isWhole: boolean;
  /** All of them together have failed: one by one they are not simply clean. */
  readonly cleanAlone: boolean;
}

/** Clients by what goes wrong with them. */
type Faults = ReadonlyArray<readonly [fault: VerbPhrase, clients: readonly string[]]>;

function clauses({ passed, faults, judged, isWhole, cleanAlone }: Tried): string[] {
  const verb = (clients: readonly string[]) => (isWhole ? verbOf(clients, judged) : undefined);
  const all = isWhole && judged.length > 1;
  const applying =
    judged.length < USUAL_CLIENTS.length ? ` (${judged.length} of ${USUAL_CLIENTS.length} apply)` : '';
  if (faults.length === 0) {
    if (passed.length === 0) return [];
    const clean = cleanAlone ? 'nothing kept' : 'clean';
    return [
      all && passed.length === judged.length
        ? `${clean} whatever clients do${applying}`
        : `${clean} with ${passed.join(', ')}`,
    ];
  }
  const [first] = faults;
  if (all && faults.length === 1 && first?.[1].length === judged.length) {
    return [`${phraseText(first[0])} whatever clients do`];
  }
  const polite = verb(passed);
  const said = faults.map(([fault, clients], index) => {
    const does = verb(clients);
    const they = polite || index > 0 ? 'they' : 'clients';
    return `${shortened(fault, index === 0 ? undefined : first?.[0])} ${does ? `when ${they} ${does}` : `with ${clients.join(', ')}`}`;
  });
  if (polite) return [[`clean when clients ${polite}`, ...said].join(', ')];
  const rest = isWhole
    ? `clean${cleanAlone ? ' one by one' : ''} otherwise`
    : `clean with ${passed.join(', ')}`;
  return [[...said, ...(passed.length > 0 ? [rest] : [])].join(', ')];
}

/** The same leak once more, only rarer. */
function shortened(fault: VerbPhrase, first: VerbPhrase | undefined): string {
  const [verb, often] = fault;
  const isRarer = first?.[0] === verb && first[1] === 'per connection' && often === 'now and then';
  return isRarer ? often : phraseText(fault);
}

function phraseText([verb, often]: VerbPhrase): string {
  return often ? `${verb} ${often}` : verb;
}

/** "leaks one fd per connection on GET /items, clean on 2 other routes". */
function routeClauses(runs: readonly RunToDescribe[]): string[] {
  const routes = runs.filter(({ route }) => route !== undefined);
  if (routes.length === 0) return [];
  const of = (status: RunToDescribe['status']) => routes.filter(row => row.status === status);
  const [failed, passed, doubtful, missing] = [of('fail'), of('pass'), of('undecided'), of('not-run')];
  const clean =
    passed.length === routes.length
      ? [`clean on each of ${routes.length} routes`]
      : failed.length > 0
        ? passed.slice(0, 1).map(() => `clean on ${plural(passed.length, 'other')}`)
        : passed.slice(0, 1).map(() => `clean on ${passed.length} of ${routes.length} routes`);
  const faulty = tellsApart(failed, runs)
    ? faultsOf(failed).map(([fault, on]) => `${phraseText(fault)} on ${on.join(', ')}`)
    : failed.length > 1
      ? ['whatever the route']
      : [];
  return [
    [...faulty, ...clean].join(', '),
    ...(doubtful.length > 0 ? [`not decided on ${doubtful.map(rowName).join(', ')}`] : []),
    ...(missing.length > 0 ? [`${missing.length} of ${routes.length} routes not run`] : []),
  ].filter(said => said !== '');
}

/** By the first fault of each row. */
function faultsOf(rows: readonly RunToDescribe[]): Faults {
  const faults = new Map<string, [VerbPhrase, string[]]>();
  for (const row of rows) {
    const fault = faultOf(row);
    const known = faults.get(phraseText(fault));
    if (known) known[1].push(rowName(row));
    else faults.set(phraseText(fault), [fault, [rowName(row)]]);
  }
  return [...faults.values()];
}

function faultOf({ findings }: RunToDescribe): VerbPhrase {
  const found = findings.find(({ severity }) => severity === 'fail');
  // A row is a trial of a server.
  return found ? SERVER_WORDS[found.kind as Kind].does(found) : ['fails'];
}

function mixedClause(mixed: RunToDescribe | undefined): string[] {
  if (mixed?.status === 'fail') return [`${phraseText(faultOf(mixed))} when they come together`];
  return mixed?.status === 'undecided' ? ['not decided when they come together'] : [];
}

/** The title of what was found says it. What is there without a silent client too was said. */
function silentClause(silent: RunToDescribe | undefined, { faults }: Tried): string[] {
  const blocked = silent?.findings.find(({ kind }) => kind === 'hang');
  if (blocked) return [blocked.title];
  if (silent?.status !== 'fail') return [];
  const fault = phraseText(faultOf(silent));
  return faults.some(([known]) => phraseText(known) === fault) ? [] : [`${fault} beside a silent client`];
}

/** What exactly these clients do, of all that were tried: "reset"; undefined when there is no word for it. */
function verbOf(clients: readonly string[], all: readonly string[]): string | undefined {
  if (clients.length === 0) return undefined;
  const isSame = (does: Does) =>
    all.every(name => clients.includes(name) === does(FACTS[name as ClientName], name));
  return VERBS.find(([, does]) => isSame(does))?.[0];
}

type Does = (facts: BehaviourFacts, name: string) => boolean;

const closes: Does = ({ ends }) => ends === 'FIN';
const resets: Does = ({ ends }) => ends === 'RST';
const speaks: Does = ({ packets }) =>
  packets.some(packet => packet.startsWith('> ') && !/^> (FIN|RST|\()/.test(packet));
const is =
  (name: string): Does =>
  (_, client) =>
    client === name;
const and =
  (one: Does, other: Does): Does =>
  (facts, name) =>
    one(facts, name) && other(facts, name);
const not =
  (does: Does): Does =>
  (facts, name) =>
    !does(facts, name);

/** The simplest comes first. */
const VERBS: ReadonlyArray<readonly [verb: string, does: Does]> = [
  ['reset', resets],
  ['close', closes],
  ['send something', speaks],
  ['send nothing', not(speaks)],
  ['half-close', is('half')],
  ['abandon a TLS handshake', is('tls-abort')],
  ['reset after a TLS handshake', is('tls-rst')],
  ['speak TLS', ({ tls }) => tls],
  ['speak no TLS', ({ tls }) => !tls],
  ['reset before any TLS', and(resets, ({ tls }) => !tls)],
  ['wait for an answer', ({ waitsFor }) => waitsFor === 'answer'],
  ['close in the middle of a request', and(closes, ({ request }) => request === 'part')],
  ['reset after they have sent something', and(resets, speaks)],
  ['reset without a word', and(resets, not(speaks))],
  ['close after they have sent something', and(closes, speaks)],
  ['close without a word', and(closes, not(speaks))],
];
