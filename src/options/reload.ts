import { CYCLES } from './load.js';
import { count, duration, type Time, usage } from './values.js';

/** How a server that was started is made to reload while clients churn. */
export interface Reload {
  readonly signal: (typeof RELOAD_SIGNALS)[number];
  /** Either is undefined: so many judged cycles, or so much time, between two signals. */
  readonly everyCycles: number | undefined;
  readonly everyMs: number | undefined;
}

/** Those that servers take for "read your configuration again". */
export const RELOAD_SIGNALS = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/** "SIGHUP", "SIGHUP:200" (cycles), "SIGHUP:2s". */
export type ReloadSignal = `${(typeof RELOAD_SIGNALS)[number]}${'' | `:${number}` | `:${Time}`}`;

interface RawReload {
  readonly reload?: string | undefined;
  readonly cycles?: string | number | undefined;
  readonly duration?: string | undefined;
}

/** "SIGHUP", "SIGHUP:200" (cycles), "SIGHUP:500ms". @throws ChurnError `usage` that says which of them was meant. */
export function parseReload(raw: RawReload): Reload | undefined {
  if (raw.reload === undefined) return undefined;
  const [name = '', every, more] = raw.reload.split(':');
  const signal = RELOAD_SIGNALS.find(known => known === name || known === `SIG${name}`);
  if (signal === undefined || more !== undefined) {
    throw usage(
      `--reload expects ${RELOAD_SIGNALS.join(', ')}, and behind a colon how often, got ${JSON.stringify(raw.reload)}.`,
      EXAMPLE,
    );
  }
  return { signal, ...frequencyOf(every, raw) };
}

function frequencyOf(every: string | undefined, raw: RawReload): Pick<Reload, 'everyCycles' | 'everyMs'> {
  if (every === undefined && raw.duration !== undefined) return { everyCycles: undefined, everyMs: 1_000 };
  if (every !== undefined && !/^\d+$/.test(every)) {
    return { everyCycles: undefined, everyMs: duration('--reload SIGNAL:', every, 100, 3_600_000) };
  }
  const cycles = raw.duration === undefined ? Number(raw.cycles ?? CYCLES.cycles.default) : MAX_CYCLES;
  const usual = Math.max(1, Math.min(USUAL_CYCLES, Math.floor(cycles / MIN_RELOADS)));
  const everyCycles = every === undefined ? usual : count('--reload SIGNAL:', every, 1, MAX_CYCLES);
  if (everyCycles > cycles) {
    throw usage(
      `--reload ${raw.reload} would never be sent: there are only ${cycles} cycles.`,
      `Take fewer between two signals: --reload SIGHUP:${usual}`,
    );
  }
  return { everyCycles, everyMs: undefined };
}

const EXAMPLE = 'For example --reload SIGHUP, --reload SIGHUP:500 (cycles), --reload SIGHUP:2s';
const USUAL_CYCLES = 200;
/** What stays behind has to recur to be accused. */
const MIN_RELOADS = 5;
const MAX_CYCLES = 1_000_000_000;
