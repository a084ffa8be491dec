import { lookup } from 'node:dns/promises';
import { ChurnError } from '../errors.js';
import type { InProgram } from '../options/option.js';
import { type Options, parseOptions } from '../options/run.js';
import { SAID } from '../options/said.js';
import type { CYCLES } from '../options/table.js';
import { prepareBehaviours } from '../workload/behaviours.js';
import { CLIENT_NAMES, type ClientName } from '../workload/client-names.js';
import type { Destination } from '../workload/dial.js';
import { Patience } from '../workload/patience.js';
import { type CycleOutcome, openOnce, type SortOfCycle } from '../workload/single-cycle.js';
import { rawOptions } from './options.js';

/** `tls` is a client here, as all others are. */
const { tls: _, ...OF_A_CYCLE } = SAID;

/** What a client says and waits for: the options of run() by the same names. */
export interface CycleScript
  extends InProgram<typeof OF_A_CYCLE>,
    InProgram<Pick<typeof CYCLES, 'wait' | 'timeout'>> {}

/**
 * Opens one connection, lets a client of churn act on it, and closes it. Nothing is judged and nothing kept: what became
 * of it is what this resolves with, a failure too.
 *
 * `destination` is what `churn` takes as its first word: a port, an address, the path of a Unix socket or a URL. Its name
 * is looked up once, and a script is read once: what is changed in the object later is not noticed.
 *
 * @throws ChurnError for a destination, client or script that is none.
 */
export function openCycle(
  destination: string,
  client: ClientName,
  script: CycleScript = NOTHING_SAID,
): Promise<CycleOutcome> {
  const sorts = sortsOf(script);
  const key = `${client} ${destination}`;
  const known = sorts.get(key);
  if (known?.ready) return openNext(known.ready, known);
  const sort = known ?? { reading: read(destination, client, script), ready: undefined, made: 0 };
  sorts.set(key, sort);
  return sort.reading.then(ready => {
    sort.ready = ready;
    return openNext(ready, sort);
  });
}

function openNext(ready: SortOfCycle, sort: Sort): Promise<CycleOutcome> {
  sort.made += 1;
  return openOnce(ready, sort.made);
}

/**
 * Reads all that openCycle() reads, and makes no connection.
 * @throws ChurnError `usage` that says what was expected and what came.
 */
export function readCycle(destination: string, client: string, script: CycleScript = NOTHING_SAID): Options {
  for (const name of Object.keys(script)) {
    if (!SAYABLE.has(name)) {
      throw new ChurnError(
        'usage',
        `There is no option ${JSON.stringify(name)} of a cycle.`,
        `The options are: ${[...SAYABLE].join(', ')}.`,
      );
    }
  }
  const name = CLIENT_NAMES.find(known => known === client);
  if (name === undefined) {
    throw new ChurnError(
      'usage',
      `A cycle has a client, one of ${CLIENT_NAMES.join(', ')}; got ${JSON.stringify(client)}.`,
      'fin is the polite one: connect, close. churn clients tells them all.',
    );
  }
  return parseOptions(rawOptions({ ...script, url: destination, client: name }));
}

/** A script that was read for a client and a destination, and how many connections were made with it. */
interface Sort {
  readonly reading: Promise<SortOfCycle>;
  ready: SortOfCycle | undefined;
  made: number;
}

const NOTHING_SAID: CycleScript = {};
const SORTS = new WeakMap<CycleScript, Map<string, Sort>>();

function sortsOf(script: CycleScript): Map<string, Sort> {
  const known = SORTS.get(script);
  if (known) return known;
  const sorts = new Map<string, Sort>();
  SORTS.set(script, sorts);
  return sorts;
}

async function read(address: string, client: ClientName, said: CycleScript): Promise<SortOfCycle> {
  const options = readCycle(address, client, said);
  const { script, timeoutMs } = options;
  const [behaviour] = (await prepareBehaviours([client], script)).values();
  if (!behaviour) throw new Error(`the client ${client} was not prepared`);
  const patience = new Patience(timeoutMs);
  return { destination: await destinationOf(options), behaviour, script, timeoutMs, patience };
}

async function destinationOf({ unix, host, port = 0 }: Options): Promise<Destination> {
  if (unix !== undefined) return { transport: 'unix', path: unix };
  const name = host ?? 'localhost';
  const found = await lookup(name).catch((error: NodeJS.ErrnoException) => {
    throw new ChurnError(
      'nothing-listens',
      `${JSON.stringify(name)} is no address: ${error.code}.`,
      'Give the address itself: 10.0.0.2:9000',
    );
  });
  return { transport: 'tcp', host: found.address, port };
}

const SAYABLE: ReadonlySet<string> = new Set([...Object.keys(OF_A_CYCLE), 'wait', 'timeout']);

export { ChurnError } from '../errors.js';
export { CLIENT_NAMES, type ClientName, type CycleOutcome };
