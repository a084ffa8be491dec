import { setTimeout as sleep } from 'node:timers/promises';
import { ChurnError } from '../errors.js';
import { Budget } from '../gather/budget.js';
import { type Left, mixedOptions, routeOptions, rowOptions, silentOptions } from '../options/row.js';
import type { Options } from '../options/run.js';
import { countFds } from '../proc/fds.js';
import { primeRss } from '../proc/usage.js';
import type { Report } from '../report/report.js';
import { assembleThorough, type Row } from '../report/thorough/assemble.js';
import { outlookNow } from '../sampler/sleep.js';
import { livingProcesses, type Snapshot, takeSnapshot } from '../sampler/snapshot.js';
import { attachWhenReady } from '../target/await.js';
import type { Target } from '../target/target.js';
import { nextConfirmingRound } from '../verdict/confirmation.js';
import type { Evidence } from '../verdict/evidence.js';
import { judge } from '../verdict/judge.js';
import { ownTrouble } from '../verdict/own-trouble.js';
import {
  hasLetGo,
  holdsForGood,
  judgeRow,
  judgeSilent,
  knownBefore,
  nextRoundOfRow,
  type RowOutcome,
  reasonToEnd,
  rowOutcomeOf,
  type SkipReason,
  speaksTls,
} from '../verdict/rows.js';
import { type ClientName, FACTS, USUAL_CLIENTS } from '../workload/client-names.js';
import { routesOf } from '../workload/script.js';
import { type RunContext, runTrial, type TrialResult } from './run-trial.js';

/**
 * The story of a thorough run: find the server, let every client behaviour have a trial of its own, which begins where
 * the one before has left the server, then every route where there are several, then all that passed at once for the
 * memory; and tell which of them it forgets.
 *
 * @throws ChurnError when the server cannot be tested.
 */
export async function runThorough(options: Options, context: RunContext): Promise<Report> {
  primeRss();
  const target = await attachWhenReady(options, context.signal);
  return new ThoroughRun(target, options, context).make();
}

class ThoroughRun {
  readonly #startedAtMs = performance.now();
  readonly #budget: Budget;
  readonly #rows = new Map<ClientName, Row>();
  readonly #standings = new Map<ClientName, RowOutcome>();
  /** Of several routes each has a row too, since what all are asked for in turn tells of none. */
  readonly #routes: readonly string[];
  readonly #routeRows = new Map<string, Row>();
  #over: SkipReason | undefined;
  #holdsOn = false;
  /** Rows that were settled for a short time only, and when they ended. */
  readonly #hurried: Hurried[] = [];

  constructor(
    readonly target: Target,
    readonly options: Options,
    readonly context: RunContext,
  ) {
    this.#budget = new Budget(options.thorough?.wholeMs ?? 0, target.roots);
    const routes = routesOf(options.script);
    this.#routes = routes.length > 1 ? routes : [];
  }

  async make(): Promise<Report> {
    const routes = this.#routes.length;
    for (const [index, client] of IN_ORDER.entries())
      await this.#makeRow(client, IN_ORDER.length - index + 1 + routes);
    const silent = await this.#makeSilent(routes + 1);
    for (const [index, route] of this.#routes.entries()) await this.#makeRouteRow(route, routes - index);
    const mixed = await this.#makeMixed();
    await this.#lookAgain();
    const rows = USUAL_CLIENTS.flatMap(client => this.#rows.get(client) ?? []);
    return assembleThorough([...rows, ...silent, ...this.#routeRows.values(), ...mixed], {
      tool: this.context.tool,
      interrupted: this.context.signal.aborted,
      wholeMs: performance.now() - this.#startedAtMs,
      asked: this.options.asked,
    });
  }

  async #makeRow(client: ClientName, rowsLeft: number): Promise<void> {
    const left = this.#left(rowsLeft);
    const isFirst = this.#standings.size === 0;
    // The first row is made in any case: without it there is nothing to tell.
    const known = (isFirst ? undefined : this.#untried(left)) ?? knownBefore(client, this.#standings);
    if (known) return this.#note(client, known);
    const options = rowOptions(this.options, client, left);
    if (!options && isFirst) throw atItsLimit(left.fds ?? 0);
    if (!options) return this.#note(client, { status: 'not-run', reason: 'few-descriptors' });
    const examined = await this.#tryRow(options, client);
    const { evidence, verdict } = examined;
    const standing = rowOutcomeOf(evidence, verdict, FACTS[client], speaksTls(this.#standings));
    const trouble = ownTrouble(evidence);
    if (trouble && standing.status === 'not-run') {
      // Nothing is known yet that would be worth a report.
      if (isFirst) throw trouble;
      this.#over = standing.reason;
    }
    this.#note(client, standing, examined);
    this.#end(examined, options, standing, () => this.#makeRow(client, 1));
  }

  /** Whether one client that says nothing keeps all others from being served; of a Unix socket nobody could tell. */
  async #makeSilent(rowsLeft: number): Promise<Row[]> {
    if (this.target.endpoint.transport !== 'tcp') return [];
    const left = this.#left(rowsLeft);
    const options = silentOptions(this.options, left);
    const known = this.#untried(left);
    if (known) return [{ name: 'silent', standing: known }];
    if (!options) return [{ name: 'silent', standing: { status: 'not-run', reason: 'few-descriptors' } }];
    const examined = await this.#tryRow(options, 'silent', judgeSilent);
    const { evidence, verdict, report } = examined;
    const standing = rowOutcomeOf(evidence, verdict, undefined, false);
    if (ownTrouble(evidence) && standing.status === 'not-run') this.#over = standing.reason;
    this.#over ??= reasonToEnd(evidence, verdict);
    return [{ name: 'silent', standing, report, verdict }];
  }

  /** One route by itself, asked for by those who wait for an answer, and by those that failed while they ask for something. */
  async #makeRouteRow(route: string, rowsLeft: number): Promise<void> {
    const note = (standing: RowOutcome, examined?: TrialResult) => {
      const { report, verdict } = examined ?? {};
      this.#routeRows.set(route, { name: route, clients, asked: options?.asked, standing, report, verdict });
    };
    const clients = USUAL_CLIENTS.filter(client => asksForRoute(client, this.#standings.get(client)));
    const left = this.#left(rowsLeft);
    const options = isSome(clients) ? routeOptions(this.options, route, clients, left) : undefined;
    const known = this.#untried(left);
    if (known) return note(known);
    const reply = this.#standings.get('reply');
    if (!isSome(clients)) return note(reply ?? { status: 'not-run', reason: 'interrupted' });
    if (!options) return note({ status: 'not-run', reason: 'few-descriptors' });
    const examined = await this.#tryRow(options, route);
    const { evidence, verdict } = examined;
    const standing = rowOutcomeOf(evidence, verdict, FACTS.reply, speaksTls(this.#standings));
    if (ownTrouble(evidence) && standing.status === 'not-run') this.#over = standing.reason;
    note(standing, examined);
    this.#end(examined, options, standing, () => this.#makeRouteRow(route, 1));
  }

  async #tryRow(options: Options, name: string, judgeOne = judgeRow): Promise<TrialResult> {
    const judgeIt = {
      next: nextRoundOfRow,
      judge: (seen: Evidence) => judgeOne(seen, options.policy),
    };
    return this.#withWhere(await runTrial(this.target, options, judgeIt, this.#contextOf(name)), options);
  }

  #end(
    { evidence, verdict }: TrialResult,
    { settleMs }: Options,
    { status }: RowOutcome,
    again: Hurried['again'],
  ): void {
    this.#over ??= reasonToEnd(evidence, verdict);
    if (settleMs < this.options.settleMs && status === 'fail') {
      this.#hurried.push({ evidence, endedAtMs: performance.now(), again });
    } else if (holdsForGood(evidence, settleMs)) this.#holdsOn = true;
  }

  /** Where in the code that is, of the first clients that the server fails on: a way that all take is told by one. */
  async #withWhere(examined: TrialResult, options: Options): Promise<TrialResult> {
    const failed = [...this.#rows.values(), ...this.#routeRows.values()].filter(
      ({ standing }) => standing.status === 'fail',
    ).length;
    if (!options.where || examined.verdict.verdict !== 'fail' || failed >= MOST_WHERE) return examined;
    const { withWhere } = await import('./with-where.js');
    const { report, verdict } = examined;
    return {
      ...examined,
      report: await withWhere(report, verdict, this.target, options, this.context.signal),
    };
  }

  /** What passes one by one is let come together: for the memory, which needs many cycles, and for what only a crowd shows. */
  async #makeMixed(): Promise<Row[]> {
    const routes = [...this.#routeRows.values()].filter(({ standing }) => standing.status === 'pass');
    // Whoever passes on some of the routes is let ask for these.
    const passed = (client: ClientName) =>
      this.#standings.get(client)?.status === 'pass' ||
      routes.some(({ clients }) => clients?.includes(client));
    const clients = USUAL_CLIENTS.filter(client => passed(client) && FACTS[client].pauses === 0);
    const left = this.#left(1);
    if (clients.length < 2 || this.#untried(left) || left.ms < MIN_MIX_MS) return [];
    const options = mixedOptions(
      this.options,
      clients,
      routes.map(({ name }) => name),
      left,
    );
    const judgeIt = {
      next: nextConfirmingRound,
      judge: (seen: Evidence) => judge(seen, options.policy),
    };
    const examined = await runTrial(this.target, options, judgeIt, this.#contextOf('mixed'));
    const standing = rowOutcomeOf(examined.evidence, examined.verdict, undefined, false);
    this.#over ??= reasonToEnd(examined.evidence, examined.verdict);
    return [{ name: 'mixed', standing, report: examined.report, verdict: examined.verdict }];
  }

  /** What was not given long enough, as a second look tells, is made again with all the time that it may have. */
  async #lookAgain(): Promise<void> {
    const { signal } = this.context;
    const { settleMs, lateMs } = this.options;
    for (const { evidence, endedAtMs, again } of [...this.#hurried]) {
      if (this.#over === 'server-gone') return;
      const { sleep: how, due } = outlookNow(this.#look(), lateMs);
      const dueMs = endedAtMs + (how === 'for-good' ? ASLEEP_MS : due ? lateMs : settleMs);
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted && !hasLetGo(evidence, this.#look())) continue;
      this.#holdsOn = false;
      await again();
    }
  }

  #look(): Snapshot {
    return takeSnapshot(
      this.target.roots.map(({ pid }) => pid),
      performance.now(),
    );
  }

  #untried(left: Left): RowOutcome | undefined {
    const reason = this.context.signal.aborted
      ? 'interrupted'
      : (this.#over ?? (left.ms <= 0 ? 'time-is-up' : undefined));
    return reason && { status: 'not-run', reason };
  }

  #left(rows: number): Left {
    const { openFiles } = this.target.limits;
    const used = fdsInUse(this.target);
    return {
      rows,
      holdsOn: this.#holdsOn,
      ms: this.#budget.leftMs(),
      fds: openFiles === undefined ? undefined : Math.max(0, openFiles - used),
    };
  }

  #contextOf(client: string): RunContext {
    const { onProgress } = this.context;
    return { ...this.context, onProgress: progress => onProgress({ ...progress, client }) };
  }

  #note(client: ClientName, standing: RowOutcome, examined?: TrialResult): void {
    this.#standings.set(client, standing);
    const { report, verdict } = examined ?? {};
    this.#rows.set(client, { name: client, standing, report, verdict });
  }
}

/** A row that was settled for a short time only, when it ended, and how it is made once more. */
interface Hurried {
  readonly evidence: Evidence;
  readonly endedAtMs: number;
  readonly again: () => Promise<void>;
}

function asksForRoute(client: ClientName, standing: RowOutcome | undefined): boolean {
  const { request, waitsFor, pauses, tls } = FACTS[client];
  if (request === 'none' || pauses > 0 || tls) return false;
  const isJudged = standing?.status === 'pass' || standing?.status === 'undecided';
  return standing?.status === 'fail' || (isJudged && waitsFor === 'answer');
}

function isSome(clients: readonly ClientName[]): clients is Options['clients'] {
  return clients.length > 0;
}

function atItsLimit(fds: number): ChurnError {
  return new ChurnError(
    'usage',
    `The server may open only ${fds} more descriptors, too few for every client in turn.`,
    'Raise its limit (ulimit -n), start it anew, or try one client: --client rst',
  );
}

/**
 * The reset after a handshake asks for nothing else, so it tells whether there is TLS, which the others of TLS need to
 * know, and those that wait for an answer too.
 */
const IN_ORDER: readonly ClientName[] = USUAL_CLIENTS.toSorted((one, other) => turnOf(one) - turnOf(other));

function turnOf(client: ClientName): number {
  const { tls, waitsFor } = FACTS[client];
  if (tls) return waitsFor === 'handshake' ? 1 : 2;
  return waitsFor === 'answer' ? 3 : 0;
}

/** What has been held unchanged for that long by a server that sleeps is held. */
const ASLEEP_MS = 1_000;
const MIN_MIX_MS = 1_000;
const MOST_WHERE = 2;

/** Descriptors of the process of the server that has most of them: the limit is that of each process. */
function fdsInUse({ roots }: Target): number {
  const pids = livingProcesses(roots.map(({ pid }) => pid)).map(({ pid }) => pid);
  return Math.max(0, ...pids.map(pid => countFds(pid) ?? 0));
}
