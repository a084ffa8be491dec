import { setTimeout as sleep } from 'node:timers/promises';
import { type INSPECTING, parseInterval } from '../../options/inspect.js';
import type { Raw } from '../../options/option.js';
import { parseAddress, type RawOptions } from '../../options/run.js';
import { requireProc } from '../../proc/host.js';
import { type Inspection, renderInspection, renderInspectionJson } from '../../report/inspection.js';
import { type Look, lookLine, lookOf } from '../../report/looks.js';
import { inspect } from '../../session/inspect.js';
import { colorLevel } from '../color.js';
import type { Io } from '../io.js';
import { signalStatus } from '../report-error.js';
import { Screen } from '../screen.js';

type RawInspect = RawOptions & Raw<typeof INSPECTING> & { readonly json?: boolean; readonly color?: boolean };

/** `churn inspect`: looks, makes no connection, judges nothing. */
export async function inspectCommand(io: Io, raw: RawInspect): Promise<number> {
  const address = parseAddress(raw);
  const everyMs = parseInterval(raw);
  requireProc();
  if (everyMs !== undefined) return watchOver(io, raw, everyMs, () => inspect(address));
  const inspection = await inspect(address);
  const color = colorLevel(io, io.stdout, raw.color ?? true);
  io.stdout.write(raw.json ? renderInspectionJson(inspection) : renderInspection(inspection, color));
  return 0;
}

/**
 * Look after look until a signal ends it, or the server is gone, which is an error as it is without a watch. A terminal
 * shows the last look whole and the ones before as lines; anything else gets a line for each.
 */
async function watchOver(
  io: Io,
  { json, color }: RawInspect,
  everyMs: number,
  look: () => Promise<Inspection>,
): Promise<number> {
  const { stdout, signal } = io;
  const level = colorLevel(io, stdout, color ?? true);
  const screen = stdout.isTTY && !json ? new Screen(stdout) : undefined;
  const takeBack = io.onYield(() => screen?.clear());
  const looks: Look[] = [];
  const lines: string[] = [];
  try {
    while (!signal.aborted) {
      const inspection = await look();
      const clock = new Date().toTimeString().slice(0, 'hh:mm:ss'.length);
      looks.push(lookOf(inspection, performance.now(), clock));
      if (looks.length > MOST_LOOKS) looks.splice(1, 1);
      lines.push(lookLine(looks, level));
      if (json) stdout.write(renderInspectionJson(inspection, true));
      else if (screen) screen.show(framed(renderInspection(inspection, level), lines, stdout.rows));
      else stdout.write(`${lines.at(-1)}\n`);
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
    return signalStatus(signal.reason);
  } finally {
    takeBack();
    screen?.clear();
    // What was seen stays.
    if (screen && lines.length > 0) stdout.write(`${lines.slice(-LINES_KEPT).join('\n')}\n`);
  }
}

/** The first of them is kept: growth is told since then. */
const MOST_LOOKS = 1_000;
const LINES_KEPT = 20;
const MIN_LINES = 6;

/** As much of the look as leaves room for some lines below it. */
function framed(text: string, lines: readonly string[], rows: number): string[] {
  const whole = text.trimEnd().split('\n');
  const shown = whole.slice(0, Math.max(1, rows - MIN_LINES - 2));
  const room = Math.max(1, rows - shown.length - 2);
  return [...shown, '', ...lines.slice(-room)];
}
