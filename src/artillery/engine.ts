import type { Done, Events, Helpers, Scenario, Script, UserContext } from './artillery.js';
import { stepsOf } from './flow.js';

/** The engine `churn` of Artillery: every virtual user opens and closes connections. */
export default class ChurnEngine {
  readonly #script: Script;
  readonly #helpers: Helpers;

  constructor(script: Script, _events: unknown, helpers: Helpers) {
    this.#script = script;
    this.#helpers = helpers;
  }

  /** Artillery waits for it before anything runs, and gives up where it throws. */
  async init(): Promise<void> {
    const { scenarios = [], before, after, config } = this.#script;
    for (const scenario of [before, ...scenarios, after]) {
      if (scenario && (scenario.engine ?? config.engine) === 'churn') this.createScenario(scenario, NOBODY);
    }
  }

  /** @throws ChurnError `usage` for a flow that cannot be made. */
  createScenario(scenario: Scenario, events: Events): (context: UserContext, done: Done) => void {
    const steps = stepsOf(scenario.flow, { script: this.#script, helpers: this.#helpers, events });
    return (context, done) => {
      events.emit('started');
      const goOn = (at: number, soFar: UserContext): void => {
        const step = steps[at];
        if (step === undefined) {
          done(null, soFar);
          return;
        }
        step(soFar, (error, next) => {
          if (error) done(error, next ?? soFar);
          else goOn(at + 1, next ?? soFar);
        });
      };
      goOn(0, context);
    };
  }
}

const NOBODY: Events = { emit: () => undefined };
