import type { Report } from '../../src/report/report.js';
import { reportFound } from '../../src/report/where.js';
import type { Found, Frame, Touch } from '../../src/where/found.js';
import { leaking, upTo } from './evidence.js';
import { HOSTILE } from './hostile.js';
import { buildReport } from './report.js';

function frame(name: string, line: number, text = `${name}();`): Frame {
  return {
    function: name,
    file: 'server.c',
    line,
    at: 'server+0x12b8',
    source: [
      { number: line - 1, text: '{', marked: false },
      { number: line, text, marked: true },
      { number: line + 1, text: '}', marked: false },
    ],
  };
}

function touch(call: string, result: string, ...frames: readonly Frame[]): Touch {
  return { call, result, frames };
}

const made = touch('accept4', '', frame('on_accept', 23), frame('main', 50));
const last = touch('read', '0', frame('on_client', 117), frame('main', 52));
const closed = touch('close', '', frame('drop_client', 131), frame('on_client', 120), frame('main', 52));

/** What was found where, in all its forms. */
const FOUND = {
  both: {
    places: [
      {
        count: 20,
        of: 40,
        what: 'connection',
        made,
        last,
        letGo: { count: 20, before: last, by: closed },
        kept: [],
      },
    ],
    remarks: [],
  },
  heap: {
    places: [
      {
        count: 200,
        of: 200,
        what: 'Session',
        made: touch('new Session', '', frame('openSession', 40), frame('(anonymous)', 61)),
        last: null,
        letGo: null,
        kept: [],
        heap: {
          shallowBytes: 40,
          retainedBytes: 2_048,
          isGrown: false,
          keptBy: touch('Map `sessions`', '', { ...frame('sessions', 3), function: null, at: '' }),
        },
      },
      {
        count: 1,
        of: 200,
        what: 'Array',
        made: null,
        last: null,
        letGo: null,
        kept: [],
        heap: { shallowBytes: 3_072, retainedBytes: 3_072, isGrown: true, keptBy: null },
      },
    ],
    remarks: ['Objects after a forced collection: 2.2 MiB, after 200 more cycles 2.6 MiB: 2064 B per cycle.'],
  },
  nothing: { places: [], remarks: ['strace is not installed: apt-get install strace'] },
  hostile: {
    places: [
      {
        count: 1,
        of: 1,
        what: HOSTILE,
        made: touch(HOSTILE, HOSTILE, {
          ...frame(HOSTILE, 7, HOSTILE),
          file: HOSTILE,
        }),
        last: null,
        letGo: {
          count: 1,
          before: null,
          by: touch('exit', '', { ...frame(HOSTILE, 9), file: null, line: null, at: HOSTILE }),
        },
        kept: [HOSTILE],
      },
      {
        ...{ count: 1, of: 1, what: HOSTILE, made: null, last: null, letGo: null, kept: [] },
        heap: {
          ...{ shallowBytes: 1, retainedBytes: 2, isGrown: false },
          keptBy: touch(HOSTILE, HOSTILE, { ...frame(HOSTILE, 7, HOSTILE), file: HOSTILE }),
        },
      },
    ],
    remarks: [HOSTILE],
  },
} as const satisfies Record<string, Found>;

/** The report of forgotten connections, and what was found of them. */
function withFound(found: Found): Report {
  const report = buildReport(leaking(upTo(1_010)));
  return { ...report, findings: report.findings.map(finding => ({ ...finding, ...reportFound(found) })) };
}

export const WHERE_REPORTS = {
  where: withFound(FOUND.both),
  whereHeap: withFound(FOUND.heap),
  whereUnknown: withFound(FOUND.nothing),
  whereHostile: withFound(FOUND.hostile),
} as const satisfies Record<string, Report>;
