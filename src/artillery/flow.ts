import type { FlowContext, FlowStep, Step } from './artillery.js';
import { cycleStep } from './cycle-step.js';
import { scriptError } from './script-error.js';

/** Makes the steps of a flow. @throws ChurnError `usage` for a step that is none, and for a cycle that cannot be made. */
export function stepsOf(steps: unknown, flow: FlowContext): Step[] {
  if (!Array.isArray(steps) || steps.length === 0) {
    throw scriptError('A scenario of the engine churn has a flow with a step at least.');
  }
  return steps.map(step => stepOf(step, flow));
}

function stepOf(step: FlowStep, flow: FlowContext): Step {
  const name = Object.keys(STEPS).find(known => step?.[known] !== undefined);
  const make = name && STEPS[name];
  if (make) return make(step, flow);
  throw scriptError(
    `A step of the engine churn is one of ${Object.keys(STEPS).join(', ')}; got ${JSON.stringify(step)}.`,
  );
}

/** By the word that a step begins with. */
const STEPS: Readonly<Record<string, (step: FlowStep, flow: FlowContext) => Step>> = {
  cycle: ({ cycle }, flow) => cycleStep(cycle, flow),
  think: (step, { script, helpers }) => helpers.createThink(step, script.config.defaults?.think ?? {}),
  loop: (step, flow) => {
    const { script, helpers } = flow;
    const { processor } = script.config;
    const whileTrue =
      typeof processor === 'object' && typeof step['whileTrue'] === 'string'
        ? processor[step['whileTrue']]
        : undefined;
    return helpers.createLoopWithCount(step['count'] ?? -1, stepsOf(step['loop'], flow), {
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
  function: ({ function: name }, flow) => callOf(String(name), flow),
};

/** One with three parameters calls back, one with fewer is over when its promise is. */
function callOf(name: string, { script, events }: FlowContext): Step {
  return (context, done) => {
    const { processor } = script.config;
    const call = typeof processor === 'object' ? processor[name] : undefined;
    if (call === undefined) {
      done(scriptError(`There is no function ${name} in the processor of the script.`), context);
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
