import { setTimeout as sleep } from 'node:timers/promises';
import { ChurnError } from '../errors.js';
import type { ServeOptions } from '../options/serve.js';
import { ownFdLimit, readHostFacts } from '../proc/host.js';
import { readCommand, readStat } from '../proc/process.js';
import { isWithin } from '../proc/tree.js';
import type { Report } from '../report/report.js';
import { assembleServeReport } from '../report/serve/assemble.js';
import type { ServedClient } from '../report/serve/served-client.js';
import { Series } from '../sampler/series.js';
import { type Companion, startCompanion } from '../started/companion.js';
import type { World } from '../started/world.js';
import { judgeClient } from '../verdict/client/judge.js';
import { ConnectionLog } from './connection-log.js';
import { Followers, type ServePoint, THE_CLIENT } from './followers.js';
import { Followed, follow, OwnMemory, type ServeProgress } from './following.js';
import { AskedOwners, Naming, Owners } from './owners.js';
import { watchQueues } from './queues.js';
import { openServer } from './server.js';
import { Tables } from './tables.js';

interface ServeContext {
  readonly world: World;
  /** Ends it; what was seen so far is judged. */
  readonly signal: AbortSignal;
  readonly onListening: (ports: readonly number[]) => void;
  readonly onProgress: (progress: ServeProgress) => void;
  readonly tool: Report['tool'];
  readonly environment: Omit<Report['environment'], 'kernel'>;
}

/**
 * The story of serving: listen, start the client if there is one, keep book of what it does until it ends or the time
 * is up, and judge it by what it held.
 *
 * @throws ChurnError when a port cannot be had, the client cannot be run, or nobody ever connected.
 */
export async function serve(options: ServeOptions, context: ServeContext): Promise<Report> {
  const startedAtMs = performance.now();
  const book = new ConnectionLog();
  const queues = watchQueues();
  const tables = new Tables();
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const { ephemeralPorts, kernel } = readHostFacts();
  const followsOne = options.command.length > 0 || options.pids.length > 0;
  let client: Companion | undefined;
  const roots = () => (client ? [client.pid] : options.pids);
  const owners = new Owners(tables, !followsOne);
  const many = new AskedOwners(book.account(THE_CLIENT), roots, tables);
  const naming = new Naming(book);
  const started = moment();
  const looked = moment();
  const followed = new Followed(book, book.account(THE_CLIENT), async pid => {
    // It may be here before we know that it was started.
    if (options.command.length > 0) await started.passed;
    return client?.has(pid) ?? isWithin(pid, options.pids);
  });
  const server = await openServer(options, seed, book, {
    autoPorts: [10_000, ephemeralPorts[0]],
    mostConnections: (ownFdLimit() ?? 1 << 20) - OWN_FDS,
    whose: (port, socket) => {
      const { remotePort = 0, remoteAddress, localAddress } = socket;
      const { pid, isUrgent } = owners.ask({ port, remotePort, isOver: () => socket.destroyed });
      if (!followsOne)
        return {
          account: naming.unnamed(remoteAddress),
          later: pid.then(owner => naming.accountOf(owner, { remoteAddress, localAddress })),
          waitMs: isUrgent ? WAIT_MS : 0,
        };
      const held = looked.passed.then(() => many.ask(port, remotePort));
      const later = pid.then(owner => followed.accountOf(owner));
      const account = book.account(THE_CLIENT);
      // Whoever wants no more than one answer is gone soon.
      return { account, later, held, waitMs: looked.isPast() ? 0 : WAIT_MS };
    },
    queues,
  });
  book.overdue.patienceMs = options.limits.patienceMs;
  const listening = setInterval(() => {
    book.overdue.mark(performance.now());
    queues.mark();
    if (followsOne) book.waits(THE_CLIENT, queues.waiting);
    book.waste.settle(performance.now());
    book.idlePeaks.settle(book.others.connections > 0);
  }, LISTEN_MS);
  try {
    for (const pid of options.pids) requireAlive(pid);
    context.onListening(server.ports);
    if (options.command.length > 0) client = await startClient(options.command, server.ports, context.world);
    started.pass();
    const followers = new Followers(book, server, naming, tables, followsOne ? roots() : undefined);
    const series = new Series<ServePoint>(MAX_POINTS, FIRST_STEP_MS);
    const own = new OwnMemory();
    await follow({
      options,
      context,
      book,
      followers,
      series,
      own,
      client,
      startedAtMs,
      asking: () => owners.asking + many.asking,
      onFirstLook: looked.pass,
    });
    book.waste.settle();
    book.idlePeaks.settle(book.others.connections > 0);
    const durationMs = performance.now() - startedAtMs;
    const exit = client ? exitOf(await settledWithin(client.ended, 0)) : undefined;
    const clients: ServedClient[] = followers.all().map(follower => {
      const evidence = follower.evidence(options);
      return { account: follower.account, evidence, verdict: judgeClient(evidence, options.policy) };
    });
    requireVisit(book, followed, exit, context.signal.aborted);
    const { pids } = followers.all()[0] ?? { pids: [] };
    return assembleServeReport(clients, options, {
      tool: context.tool,
      environment: { kernel, ...context.environment },
      ports: server.ports,
      seed,
      pids: pids.length > 0 ? pids : roots(),
      command: client?.command ?? commandOf(options.pids),
      exit,
      // Where no other end was named, to interrupt it is how it is ended.
      interrupted: context.signal.aborted && (followsOne || options.durationMs !== undefined),
      durationMs,
      dropped: book.dropped,
      strangers: [...followed.strangers],
      own: {
        beforeBytes: own.beforeBytes,
        peakBytes: own.peakBytes,
        perConnectionBytes: own.perConnectionBytes(),
      },
      series: series.points(),
      curve: book.curve.points(),
    });
  } finally {
    await client?.stop(GRACE_MS);
    clearInterval(listening);
    server.close();
    queues.close();
    await tables.close();
  }
}

/** `{port}` in its command is the first port, `{ports}` all of them with commas; PORT and PORTS stand in its environment. */
function startClient(words: readonly string[], ports: readonly number[], world: World): Promise<Companion> {
  const all = ports.join(',');
  const first = String(ports[0]);
  const command = words.map(word => word.replaceAll('{port}', first).replaceAll('{ports}', all));
  return startCompanion(command, false, { ...world, env: { ...world.env, PORT: first, PORTS: all } });
}

function requireAlive(pid: number): void {
  if (readStat(pid)) return;
  throw new ChurnError('no-such-process', `There is no process ${pid}.`, 'Start the client first.');
}

type Exit = Pick<Awaited<Companion['ended']>, 'status' | 'signal'>;

function exitOf(ended: Exit | undefined): Exit | undefined {
  return ended && { status: ended.status, signal: ended.signal };
}

function requireVisit(
  book: ConnectionLog,
  { strangers }: Followed,
  exit: Exit | undefined,
  aborted: boolean,
): void {
  if (book.accounts.size > 0 && [...book.accounts.values()].some(({ connections }) => connections > 0))
    return;
  if (book.dropped > 0) {
    throw new ChurnError(
      'own-limit',
      `Somebody connected, but churn may have ${ownFdLimit()} file descriptors, and needs ${OWN_FDS} for itself.`,
      'Raise its limit (ulimit -n 65536), or lower what the client opens at once.',
    );
  }
  const how = exit ? ` It ended with ${exit.signal ?? `status ${exit.status}`}.` : '';
  throw new ChurnError(
    aborted ? 'interrupted-early' : 'never-connected',
    strangers.size === 0
      ? `Nobody ever connected to this server.${how}`
      : `The client never connected to this server, but others did: ${[...strangers.keys()].join(', ')}.${how}`,
    strangers.size === 0
      ? 'Tell the client the port: {port} in its command is replaced, and PORT stands in its environment.'
      : 'If one of them is meant, follow it with --pid.',
  );
}

function commandOf([pid]: readonly number[]): readonly string[] {
  return pid === undefined ? [] : readCommand(pid);
}

async function settledWithin<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  return Promise.race([promise, sleep(ms, undefined)]);
}

const OWN_FDS = 64;
/** Of a client that does not end at SIGTERM: an interruption is to be over within two seconds. */
const GRACE_MS = 500;
const MAX_POINTS = 500;
const FIRST_STEP_MS = 20;
/** No client may lose its patience because its owner is looked for. */
const WAIT_MS = 250;
/** So exactly it is known when a connection was opened. */
const LISTEN_MS = 10;

/** Something that happens once, and that others wait for. */
interface Moment {
  readonly passed: Promise<void>;
  readonly pass: () => void;
  readonly isPast: () => boolean;
}

function moment(): Moment {
  let isPast = false;
  let pass = () => {};
  const passed = new Promise<void>(resolve => {
    pass = () => {
      isPast = true;
      resolve();
    };
  });
  return { passed, pass: () => pass(), isPast: () => isPast };
}
