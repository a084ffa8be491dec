import { ChurnError } from '../errors.js';
import {
  type ClientName,
  type CycleOutcome,
  type CycleScript,
  openCycle,
  readCycle,
} from '../library/cycle.js';
import type { Events, FlowContext, Helpers, Step, UserContext } from './artillery.js';
import { scriptError } from './script-error.js';

/** What a step of cycles asks for. */
interface Asked {
  readonly target: string;
  readonly client: ClientName;
  readonly count: number;
  readonly said: CycleScript;
}

/**
 * Makes cycles one after the other. What becomes of each is counted; those that failed make a failed user of it, when all
 * have been made.
 *
 * @throws ChurnError `usage` for what cannot be made. What stands in braces is read when the user is there.
 */
export function cycleStep(spec: unknown, flow: FlowContext): Step {
  const { helpers, events } = flow;
  const isFilledIn = hasBraces([spec, flow.script.config.target]);
  const usual = isFilledIn ? undefined : readStep(spec, flow.script.config.target);
  return (context, done) => {
    let asked: Asked;
    try {
      asked = usual ?? readStep(filledIn(spec, helpers, context), targetOf(flow, context));
    } catch (error) {
      return giveUp(error as Error, events, context, done);
    }
    makeAll(asked, events).then(
      failed => {
        if (failed === undefined) return done(null, context);
        done(new Error(failed), context);
      },
      error => giveUp(error, events, context, done),
    );
  };
}

async function makeAll({ target, client, count, said }: Asked, events: Events): Promise<string | undefined> {
  let lastFailure: string | undefined;
  for (let made = 0; made < count; made++) {
    const outcome = await openCycle(target, client, said);
    note(outcome, client, events);
    lastFailure = outcome.failure?.kind ?? lastFailure;
  }
  return lastFailure;
}

/** `churn.failed` is there from the first cycle on, so that a condition on it can be met. */
function note(outcome: CycleOutcome, client: ClientName, events: Events): void {
  const { failure, connectMs, repliesMs, statuses, unclosed } = outcome;
  if (failure === undefined) events.emit('counter', `churn.cycles.${client}`, 1);
  else events.emit('counter', `churn.failed.${failure.kind}`, 1);
  events.emit('counter', 'churn.failed', failure === undefined ? 0 : 1);
  if (failure !== undefined) events.emit('error', failure.code === '' ? failure.kind : failure.code);
  if (unclosed) events.emit('counter', 'churn.unclosed', 1);
  if (connectMs !== undefined) events.emit('histogram', 'churn.connect_time', connectMs);
  for (const ms of repliesMs) events.emit('histogram', 'churn.reply_time', ms);
  for (const status of statuses) events.emit('counter', `churn.codes.${status}`, 1);
}

/** The user has failed, and the others go on. */
function giveUp(error: Error, events: Events, context: UserContext, done: Parameters<Step>[1]): void {
  events.emit('error', error instanceof ChurnError ? `churn: ${error.message}` : error.message);
  done(error, context);
}

function readStep(spec: unknown, target: unknown): Asked {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    throw scriptError(
      `cycle expects what is to be done, got ${JSON.stringify(spec)}.`,
      'For example cycle: { client: rst }',
    );
  }
  const { client, count = 1, target: own = target, ...others } = spec as Record<string, unknown>;
  const said = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name, asText(name, value)]),
  ) as CycleScript;
  if (typeof client !== 'string') {
    throw scriptError(
      `A cycle names its client, got ${JSON.stringify(spec)}.`,
      'For example cycle: { client: rst }; churn clients tells them all.',
    );
  }
  const times = Number(count);
  if (!Number.isSafeInteger(times) || times < 1) {
    throw scriptError(
      `count expects a whole number from 1 on, got ${JSON.stringify(count)}.`,
      'For example count: 100',
    );
  }
  if (own === undefined || own === null || own === '') {
    throw scriptError('There is no target.', 'For example config: { target: 10.0.0.2:9000 }');
  }
  try {
    readCycle(String(own), client, said);
  } catch (error) {
    throw error instanceof ChurnError ? scriptError(error.message, error.hint) : error;
  }
  return { target: String(own), client: client as ClientName, count: times, said };
}

/** YAML makes numbers of what looks like one. */
function asText(name: string, value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(one => asText(name, one));
  if (typeof value !== 'object' || value === null) return value;
  throw scriptError(`${name} expects a text, got ${JSON.stringify(value)}.`);
}

function targetOf({ script, helpers }: FlowContext, context: UserContext): unknown {
  return filledIn(script.config.target, helpers, context);
}

function filledIn(value: unknown, helpers: Helpers, context: UserContext): unknown {
  return helpers.template(value, context);
}

function hasBraces(value: unknown): boolean {
  return JSON.stringify(value)?.includes('{{') ?? false;
}
