import type { Events, FlowStep, Helpers, Script, Step } from './artillery.js';
import { cycleStep } from './cycle-step.js';
import { wrong } from './wrong.js';

/** What a scenario is made with. */
export interface Workshop {
  readonly script: Script;
  readonly helpers: Helpers;
  readonly events: Events;
}

/** Makes the steps of a flow. @throws ChurnError `usage` for a step that is none, and for a cycle that cannot be made. */
export function stepsOf(flow: unknown, shop: Workshop): Step[] {
  if (!Array.isArray(flow) || flow.length === 0) {
    throw wrong('A scenario of the engine churn has a flow with a step at least.');
  }
  return flow.map(step => stepOf(step, shop));
}

function stepOf(step: FlowStep, shop: Workshop): Step {
  const name = Object.keys(STEPS).find(known => step?.[known] !== undefined);
  const make = name && STEPS[name];
  if (make) return make(step, shop);
  throw wrong(
    `A step of the engine churn is one of ${Object.keys(STEPS).join(', ')}; got ${JSON.stringify(step)}.`,
  );
}

/** By the word that a step begins with. */
const STEPS: Readonly<Record<string, (step: FlowStep, shop: Workshop) => Step>> = {
  cycle: ({ cycle }, shop) => cycleStep(cycle, shop),
  think: (step, { script, helpers }) => helpers.createThink(step, script.config.defaults?.think ?? {}),
  loop: (step, shop) => {
    const { script, helpers } = shop;
    const { processor } = script.config;
    const whileTrue =
      typeof processor === 'object' && typeof step['whileTrue'] === 'string'
        ? processor[step['whileTrue']]
        : undefined;
    return helpers.createLoopWithCount(step['count'] ?? -1, stepsOf(step['loop'], shop), {
      loopValue: step['loopValue'] ?? '$loopCount',
      overValues: step['over'],
      whileTrue,
    });
  },
  log: ({ log }, { helpers }) => {
    return (context, done) => {
      // biome-ignore lint/suspicious/noConsole: so do Artillery's own engines, which have no other way to a terminal.
      console.log(helpers.template(log, context));
      done(null, context);
    };
  },
  function: ({ function: name }, shop) => callOf(String(name), shop),
};

/** One with three parameters calls back, one with fewer is over when its promise is. */
function callOf(name: string, { script, events }: Workshop): Step {
  return (context, done) => {
    const { processor } = script.config;
    const call = typeof processor === 'object' ? processor[name] : undefined;
    if (call === undefined) {
      done(wrong(`There is no function ${name} in the processor of the script.`), context);
    } else if (call.length >= 3) {
      call(context, events, error => done(error ?? null, context));
    } else {
      Promise.resolve()
        .then(() => call(context, events, () => undefined))
        .then(
          () => done(null, context),
          error => done(error, context),
        );
    }
  };
}
