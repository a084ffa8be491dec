import type { GaugeManner } from '../../src/options/gauge.js';
import { assembleReport } from '../../src/report/assemble.js';
import type { Report } from '../../src/report/report.js';
import type { Evidence, GaugeReading, GaugeSeries } from '../../src/verdict/evidence.js';
import { judge } from '../../src/verdict/judge.js';
import { buildEvidence, snapshot } from './evidence.js';
import { HOSTILE } from './hostile.js';
import { buildReport, circumstances, DEFAULT_POLICY } from './report.js';

/** Before, after the warm-up, settled, and after each confirming round of 300 cycles. */
export function gaugeSeries(
  manner: GaugeManner,
  values: ReadonlyArray<number | undefined>,
  different: Partial<GaugeSeries> = {},
): GaugeSeries {
  const readings = values.map((value, index): GaugeReading => {
    const phase = (['before', 'warm-up', 'settled'] as const)[index] ?? 'confirm';
    const connections = [0, 10, 1_010][index] ?? 1_010 + 300 * (index - 2);
    return { phase, connections, value };
  });
  return { name: 'leased', manner, readings, draining: false, missing: undefined, ...different };
}

/** A server of which nothing is known but what it says of itself, as `gather/far` hands it over. */
function farEvidence(gauges: readonly GaugeSeries[]): Evidence {
  const nothing = snapshot([]);
  return buildEvidence({
    ...{ before: nothing, baseline: nothing, after: nothing, rounds: [], rootCount: 0 },
    ...{ fdLimit: undefined, pidsLimit: undefined, runtime: 'v8' },
    far: { isServing: true },
    gauges,
  });
}

function farReport(gauges: readonly GaugeSeries[], address = '192.0.2.7:9000'): Report {
  const evidence = farEvidence(gauges);
  const around = circumstances({ address });
  const { target } = around;
  return assembleReport(evidence, judge(evidence, DEFAULT_POLICY), {
    ...around,
    series: [],
    target: {
      ...{ pids: [], command: [], processes: [], alive: true },
      ...{ address: target.address, listeners: target.listeners },
      limits: { openFiles: null, processes: null },
    },
  });
}

const back = [
  gaugeSeries('recurs', [21, 21, 21], { name: 'process_open_fds' }),
  gaugeSeries('returns', [0, 0, 0], { name: 'pool_leased{pool="main"}' }),
];
const kept = [
  gaugeSeries('returns', [0, 0, 10, 13, 16, 19], { name: 'pool_leased' }),
  gaugeSeries('returns', [2, 2, 12, 12, 12, 12], { name: 'sessions' }),
  gaugeSeries('recurs', [21, 21, 25, 25, 25, 25], { name: 'process_threads' }),
  gaugeSeries('trend', [1_048_576, 1_048_576, 1_050_000], { name: 'process_resident_memory_bytes' }),
];
const hostile = [
  gaugeSeries('returns', [0, 0, 10, 13, 16, 19], { name: HOSTILE }),
  gaugeSeries('returns', [0, 0, undefined], { name: `${HOSTILE}{}`, missing: HOSTILE }),
];

/** Runs in which the server was asked for numbers of its own, and servers that could be asked nothing else. */
export const GAUGE_REPORTS = {
  gauges: buildReport(buildEvidence({ gauges: back })),
  gaugesKept: buildReport(buildEvidence({ gauges: kept })),
  gaugesHostile: buildReport(buildEvidence({ gauges: hostile })),
  far: farReport(back),
  farKept: farReport(kept),
  farHostile: farReport(hostile, HOSTILE),
} as const satisfies Record<string, Report>;
