import type { Kind } from '../../verdict/finding.js';
import { type BehaviourFacts, CLIENT_NAMES, type ClientName, FACTS } from '../../workload/client-names.js';
import { breakProof } from '../escape.js';
import type { ReportedRun } from '../report.js';

type RunToDescribe = Pick<ReportedRun, 'client' | 'status' | 'findings'>;

/** What a thorough run comes to: "Clean when clients close, leaks one fd per connection when they reset". */
export function sentenceOf(runs: readonly RunToDescribe[]): string {
  const rows = runs.filter(({ client }) => client !== 'mixed');
  const names = (status: RunToDescribe['status']) =>
    rows.filter(row => row.status === status).map(({ client }) => client);
  const judged = [...names('pass'), ...names('fail'), ...names('undecided')];
  const faults = faultsOf(rows.filter(({ status }) => status === 'fail'));
  const parts = [
    ...clauses(names('pass'), faults, judged, names('not-run').length === 0),
    ...mixedClause(runs.find(({ client }) => client === 'mixed')),
    ...(names('undecided').length > 0 ? [`not decided with ${names('undecided').join(', ')}`] : []),
    ...(names('not-run').length > 0 ? [`not run: ${names('not-run').join(', ')}`] : []),
  ];
  const isMixedFault = runs.some(({ client, status }) => client === 'mixed' && status === 'fail');
  const joined = parts.join('; ');
  const text = isMixedFault ? cleanAlone(joined) : joined;
  return breakProof(text === '' ? 'No client could be tried' : text.charAt(0).toUpperCase() + text.slice(1));
}

/** What comes together did not fail by itself, and is not simply clean. */
function cleanAlone(text: string): string {
  return text
    .replace(/^clean (?=whatever|with)/, 'nothing kept ')
    .replace('clean otherwise', 'clean one by one otherwise');
}

type Faults = ReadonlyMap<string, readonly string[]>;

/** Where rows are missing, what the others have in common is a guess: then they are named. */
function clauses(
  passed: readonly string[],
  faults: Faults,
  judged: readonly string[],
  isWhole: boolean,
): string[] {
  const verb = (clients: readonly string[]) => (isWhole ? verbOf(clients, judged) : undefined);
  const all = isWhole && judged.length > 1;
  const applying =
    judged.length < CLIENT_NAMES.length ? ` (${judged.length} of ${CLIENT_NAMES.length} apply)` : '';
  if (faults.size === 0) {
    if (passed.length === 0) return [];
    return [
      all && passed.length === judged.length
        ? `clean whatever clients do${applying}`
        : `clean with ${passed.join(', ')}`,
    ];
  }
  const [[sole = '', guilty = []] = []] = faults;
  if (all && faults.size === 1 && guilty.length === judged.length) return [`${sole} whatever clients do`];
  const polite = verb(passed);
  const said = [...faults].map(([fault, clients], index) => {
    const does = verb(clients);
    const they = polite || index > 0 ? 'they' : 'clients';
    return `${shortened(fault, index === 0 ? '' : sole)} ${does ? `when ${they} ${does}` : `with ${clients.join(', ')}`}`;
  });
  if (polite) return [[`clean when clients ${polite}`, ...said].join(', ')];
  const rest = isWhole ? 'clean otherwise' : `clean with ${passed.join(', ')}`;
  return [[...said, ...(passed.length > 0 ? [rest] : [])].join(', ')];
}

/** The same leak once more, only rarer. */
function shortened(fault: string, first: string): string {
  const rarely = first.replace('per connection', RARELY);
  return first !== '' && first !== rarely && fault === rarely ? RARELY : fault;
}

const RARELY = 'now and then';

/** Clients by what goes wrong with them, the first fault of each. */
function faultsOf(rows: readonly RunToDescribe[]): Faults {
  const faults = new Map<string, string[]>();
  for (const row of rows) {
    const fault = faultOf(row);
    faults.set(fault, [...(faults.get(fault) ?? []), row.client]);
  }
  return faults;
}

function faultOf({ findings }: RunToDescribe): string {
  const found = findings.find(({ severity }) => severity === 'fail');
  // A row is a trial of a server.
  return found ? FAULTS[found.kind as Kind](found.perCycle) : 'fails';
}

function mixedClause(mixed: RunToDescribe | undefined): string[] {
  if (mixed?.status === 'fail') return [`${faultOf(mixed)} when they come together`];
  return mixed?.status === 'undecided' ? ['not decided when they come together'] : [];
}

/** Total. Perhaps one fault has many names: a leak on nearly every connection is one per connection. */
const FAULTS: Readonly<Record<Kind, (perCycle: number) => string>> = {
  fd: perCycle => leaks('fd', perCycle),
  memory: () => 'leaks memory',
  work: () => 'needs more CPU time for each connection',
  mapping: () => 'leaks mappings',
  thread: perCycle => leaks('thread', perCycle),
  child: perCycle => leaks('child process', perCycle),
  zombie: perCycle => leaks('zombie', perCycle),
  crash: () => 'dies',
  restart: () => 'loses workers',
  hang: () => 'hangs',
  refused: () => 'fails to serve',
  reply: () => 'does not answer as it should',
  spin: () => 'keeps a CPU busy',
  reload: () => 'cuts clients off when it reloads',
  shutdown: () => 'does not stop properly',
  sanitizer: () => 'is found at fault by its own checker',
  gauge: () => 'keeps what a gauge counts',
};

function leaks(what: string, perCycle: number): string {
  return perCycle > 2 / 3 ? `leaks one ${what} per connection` : `leaks one ${what} ${RARELY}`;
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
