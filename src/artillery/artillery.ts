/** What Artillery hands to an engine and wants of it, as far as this one uses it: there are no types of theirs for that. */

/** Passed from step to step of one virtual user. */
export interface UserContext {
  readonly vars: Readonly<Record<string, unknown>>;
}

export type Done = (error: Error | null, context: UserContext) => void;

export type Step = (context: UserContext, done: Done) => void;

/** Where a scenario tells what it did. */
export interface Events {
  emit(event: 'started'): unknown;
  emit(event: 'error', code: string): unknown;
  emit(event: 'counter' | 'histogram', name: string, value: number): unknown;
}

/** Of Artillery's `engine_util`. */
export interface Helpers {
  createThink(spec: FlowStep, defaults: object): Step;
  createLoopWithCount(count: unknown, steps: readonly Step[], options: object): Step;
  template(value: unknown, context: UserContext): unknown;
}

/** What the steps of a flow are made with. */
export interface FlowContext {
  readonly script: Script;
  readonly helpers: Helpers;
  readonly events: Events;
}

/** One step of a flow as the script has it. */
export type FlowStep = Readonly<Record<string, unknown>>;

export interface Scenario {
  readonly name?: string;
  readonly engine?: string;
  readonly flow?: readonly FlowStep[];
}

/** A function of `config.processor`: with a callback, or with a promise. */
type Processor = (context: UserContext, events: Events, done: (error?: Error) => void) => unknown;

export interface Script {
  readonly config: {
    readonly target?: unknown;
    readonly engine?: string;
    readonly defaults?: { readonly think?: object };
    /** The file's name until it is loaded. */
    readonly processor?: string | Readonly<Record<string, Processor | undefined>>;
  };
  readonly scenarios?: readonly Scenario[];
  readonly before?: Scenario;
  readonly after?: Scenario;
}
