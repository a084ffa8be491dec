import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { errorReport } from '../../src/cli/report-error.js';
import { ChurnError } from '../../src/errors.js';
import { drawReasoning } from '../../src/report/reasoning.js';
import { REPORTERS, type Reporter, type ReporterName } from '../../src/report/registry.js';
import type { Report } from '../../src/report/report.js';
import { parseSavedReport } from '../../src/report/saved.js';
import { renderText, type TextStyle } from '../../src/report/text.js';
import type { Row } from '../../src/report/thorough/assemble.js';
import type { CensusKey, Evidence } from '../../src/verdict/evidence.js';
import { CENSUS_KEYS } from '../../src/verdict/evidence.js';
import type { Check, Finding, HeldGroup, Kind } from '../../src/verdict/finding.js';
import type { Verdict } from '../../src/verdict/judge.js';
import { KINDS } from '../../src/verdict/kinds.js';
import type { Limit } from '../../src/verdict/limit.js';
import type { Note } from '../../src/verdict/note.js';
import type { Pattern } from '../../src/verdict/pattern.js';
import { applyPolicy } from '../../src/verdict/policy.js';
import { isDescriptor } from '../../src/verdict/recurrence.js';
import type { RowName } from '../../src/verdict/rows.js';
import { SPOKEN } from '../../src/verdict/spoken.js';
import { buildEvidence, tally } from '../support/evidence.js';
import {
  buildReport,
  buildRow,
  buildThorough,
  DEFAULT_POLICY,
  NO_TLS,
  type OutsideText,
  TIME_IS_UP,
} from '../support/report.js';

/** The proof that students paste and scripts look for. */
const PROOF = /0 leak|no leak/;
const STYLES: readonly TextStyle[] = ([0, 3] as const).flatMap(colorLevel =>
  [40, 80, 110].map(columns => ({ colorLevel, columns })),
);
const REPORTER_ENTRIES: Array<readonly [string, Reporter]> = await Promise.all(
  Object.entries(REPORTERS).map(
    async ([name, load]): Promise<readonly [string, Reporter]> => [name, await load()],
  ),
);
REPORTER_ENTRIES.push([
  'text with --verbose',
  (report, style) => renderText(report, style) + drawReasoning(report, style.columns),
]);
const RENDER = Object.fromEntries(REPORTER_ENTRIES) as Readonly<Record<ReporterName, Reporter>>;
const PLAIN: TextStyle = { colorLevel: 0, columns: 100 };
const style = fc.constantFrom(...STYLES);
const RUNS = { numRuns: 40 };

const count = fc.constantFrom(0, 1, 10, 100, 1_000, 10_010);
const some = fc.constantFrom(1, 10, 100, 1_000, 10_010);
const perCycle = fc.constantFrom(0.001, 0.01, 0.1, 0.5, 1, 10, 1_000);
const severity = fc.constantFrom('fail', 'warn');
const perRound = fc.array(count, { maxLength: 4 });
const phase = fc.constantFrom('warm-up', 'cycles', 'confirm');
const range = fc.tuple(some, some);
/** Text that somebody else has written. */
const foreign = fc.oneof(fc.constant('no leaks, 0 leaks\u001b[2K'), fc.string({ minLength: 1 }));

const pattern: fc.Arbitrary<Pattern> = fc.oneof(
  fc.constant({ kind: 'every' as const }),
  fc.record({ kind: fc.constant('every-nth' as const), step: some, first: some }),
  fc.record({ kind: fc.constant('from' as const), first: some }),
  fc.record({ kind: fc.constant('only' as const), cycles: fc.array(some, { minLength: 1, maxLength: 5 }) }),
  fc.record({ kind: fc.constant('some' as const), first: some, last: some }),
);

const group: fc.Arbitrary<HeldGroup> = fc.record({
  what: fc.constantFrom<HeldGroup['what']>(
    'connection',
    'outside',
    'nowhere',
    ...CENSUS_KEYS.filter((key): key is Exclude<CensusKey, 'thread' | 'child' | 'zombie' | 'mapping'> =>
      isDescriptor(key),
    ),
  ),
  state: fc.constantFrom(undefined, 'CLOSE_WAIT', 'ESTABLISHED'),
  count,
  descriptors: count,
  pids: fc.array(some, { maxLength: 6 }),
  fdNumbers: fc.array(count, { maxLength: 3 }),
  pattern: fc.option(pattern, { nil: undefined }),
  inWarmup: count,
  perRound,
});

const common = { severity, count, perCycle };
const limits = {
  limit: fc.option(some, { nil: undefined }),
  connectionsLeft: fc.option(count, { nil: undefined }),
};
const growth = { ...common, ...limits, perRound };

/** Total: a new kind of finding does not compile until it takes part. */
const FINDINGS = {
  fd: fc.record({
    kind: fc.constant('fd'),
    ...common,
    ...limits,
    inWarmup: count,
    fdsBefore: count,
    fdsAfter: count,
    groups: fc.array(group, { minLength: 1, maxLength: 3 }),
    pattern: fc.option(pattern, { nil: undefined }),
    spinning: fc.boolean(),
  }),
  thread: fc.record({ kind: fc.constant('thread'), ...growth }),
  child: fc.record({ kind: fc.constant('child'), ...growth }),
  zombie: fc.record({ kind: fc.constant('zombie'), ...growth }),
  mapping: fc.record({ kind: fc.constant('mapping'), ...growth }),
  memory: fc.record({ kind: fc.constant('memory'), ...common, low: count, high: count, perRound }),
  crash: fc.record({
    kind: fc.constant('crash'),
    ...common,
    pids: fc.array(some, { minLength: 1, maxLength: 3 }),
    cycles: fc.option(range, { nil: undefined }),
    phase,
    connections: fc.option(range, { nil: undefined }),
  }),
  restart: fc.record({
    kind: fc.constant('restart'),
    ...common,
    workers: fc.array(fc.record({ pid: some, replacedBy: some }), { maxLength: 5 }),
    cutOff: count,
  }),
  hang: fc.record({
    kind: fc.constant('hang'),
    ...common,
    accepted: count,
    connected: count,
    stalledMs: count,
    atFdLimit: fc.boolean(),
  }),
  refused: fc.record({
    kind: fc.constant('refused'),
    ...common,
    of: count,
    failures: fc.dictionary(fc.constantFrom('refused', 'reset', 'timeout', 'other'), count),
    firstCycle: some,
    phase,
    listenerGone: fc.boolean(),
  }),
  reply: fc.record({
    kind: fc.constant('reply'),
    ...common,
    ...{ of: count, answered: count, unanswered: count, unexpected: count, timeoutMs: count },
    heard: fc.option(fc.oneof(fc.constant('no leaks are possible, 0 leaks'), fc.string()), {
      nil: undefined,
    }),
    closedFirst: fc.boolean(),
    firstCycle: some,
    phase,
  }),
  work: fc.record({
    kind: fc.constant('work'),
    ...common,
    ...{ firstUs: count, lastUs: count, connections: count, perSixthUs: fc.array(count, { maxLength: 6 }) },
  }),
  spin: fc.record({
    kind: fc.constant('spin'),
    ...common,
    ...{ cpuPercent: count, openFilesLimit: count },
  }),
  reload: fc.record({
    kind: fc.constant('reload'),
    ...common,
    ...{ signal: fc.constant('SIGHUP'), reloads: count, watched: count },
  }),
  shutdown: fc.record({
    kind: fc.constant('shutdown'),
    ...common,
    ...{ graceMs: count, tookMs: count, killed: fc.boolean() },
    crashSignal: fc.option(fc.constant('SIGSEGV'), { nil: undefined }),
    leftBehind: fc.array(fc.record({ pid: some, comm: foreign }), { maxLength: 2 }),
    portFree: fc.boolean(),
  }),
  sanitizer: fc.record({
    kind: fc.constant('sanitizer'),
    ...common,
    reports: fc.array(fc.record({ tool: fc.constant('valgrind'), said: fc.constant('no leaks, 0 leaks') })),
  }),
  gauge: fc.record({
    kind: fc.constant('gauge'),
    ...common,
    name: foreign,
    manner: fc.constantFrom('returns', 'recurs', 'trend'),
    grows: fc.boolean(),
    ...{ before: count, after: count, perRound },
  }),
} satisfies Record<Kind, fc.Arbitrary<Finding>>;

const what = fc.constantFrom(...CENSUS_KEYS);

/** Total as well. A sentence that is `said` comes from the tool itself. */
const NOTES = {
  'opened-once': fc.record({ note: fc.constant('opened-once'), what, count }),
  'levelled-off': fc.record({ note: fc.constant('levelled-off'), what, perRound }),
  unconfirmed: fc.record({ note: fc.constant('unconfirmed'), what, count, perRound }),
  'closed-late': fc.record({ note: fc.constant('closed-late'), afterMs: count }),
  'work-undecided': fc.record({ note: fc.constant('work-undecided'), firstUs: count, lastUs: count }),
  'stale-entries': fc.record({ note: fc.constant('stale-entries'), before: count, after: count }),
  'memory-unrested': fc.record({ note: fc.constant('memory-unrested') }),
  draining: fc.record({
    ...{ note: fc.constant('draining'), outstanding: count, waitedMs: count, falls: fc.boolean() },
    interrupted: fc.boolean(),
  }),
  'other-clients': fc.record({ note: fc.constant('other-clients'), count }),
  'memory-uncollected': fc.record({ note: fc.constant('memory-uncollected'), cycles: count }),
  'memory-brief': fc.record({ note: fc.constant('memory-brief') }),
  'memory-checked': fc.record({
    note: fc.constant('memory-checked'),
    checker: fc.record({ name: fc.constantFrom('sanitizer', 'valgrind'), isHeard: fc.boolean() }),
  }),
  'memory-undecided': fc.record({
    note: fc.constant('memory-undecided'),
    ...{ bound: count, grown: count, perCycle: count, cycles: count },
    isCollected: fc.boolean(),
  }),
  'memory-grew': fc.record({
    note: fc.constant('memory-grew'),
    bytes: count,
    overMs: count,
    isRising: fc.boolean(),
  }),
  'not-handed-over': fc.record({ note: fc.constant('not-handed-over'), count, of: count }),
  changed: fc.record({
    note: fc.constant('changed'),
    changes: fc.uniqueArray(fc.constantFrom('listener', 'program'), { minLength: 1 }),
  }),
  'instant-eof': fc.record({ note: fc.constant('instant-eof'), count, of: count }),
  spinning: fc.record({ note: fc.constant('spinning'), cpuPercent: count }),
  overflows: fc.record({ note: fc.constant('overflows'), count }),
  unseen: fc.record({ note: fc.constant('unseen'), pids: fc.array(some, { minLength: 1, maxLength: 4 }) }),
  'closed-with-later': fc.record({ note: fc.constant('closed-with-later'), count }),
  'never-closed': fc.record({ note: fc.constant('never-closed'), count, unawaited: count, held: count }),
  'not-answered': fc.record({
    note: fc.constant('not-answered'),
    closedFirst: fc.boolean(),
    timeoutMs: count,
  }),
  'too-slow': fc.record({
    note: fc.constant('too-slow'),
    made: count,
    wanted: count,
    tookMs: count,
    concurrency: count,
  }),
  'own-cpu': fc.record({ note: fc.constant('own-cpu'), percent: count }),
  'own-slowdown': fc.record({ note: fc.constant('own-slowdown'), fromUs: count, toUs: count }),
  'rate-missed': fc.record({ note: fc.constant('rate-missed'), wanted: count, made: count, most: count }),
  unwatched: fc.record({ note: fc.constant('unwatched') }),
  'held-short': fc.record({ note: fc.constant('held-short'), opened: count, wanted: count }),
  'turned-down': fc.record({ note: fc.constant('turned-down'), count, of: count }),
  'held-ended': fc.record({ note: fc.constant('held-ended'), count, of: count }),
  'gauge-unread': fc.record({ note: fc.constant('gauge-unread'), name: foreign, missing: foreign }),
  'gauge-levelled': fc.record({
    ...{ note: fc.constant('gauge-levelled'), name: foreign, before: count, after: count },
    perRound,
  }),
  'gauge-undecided': fc.record({
    ...{ note: fc.constant('gauge-undecided'), name: foreign, before: count, after: count },
    draining: fc.boolean(),
  }),
  'gauge-bytes': fc.record({
    ...{ note: fc.constant('gauge-bytes'), name: foreign },
    bound: fc.option(count, { nil: undefined }),
  }),
  'memory-timed': fc.record({
    ...{ note: fc.constant('memory-timed'), grown: count, perCycle: count, call: fc.constant('epoll_wait') },
    ...{ dueMs: count, durationMs: count },
  }),
  'no-stage': fc.record({ note: fc.constant('no-stage'), pattern: foreign, lines: count }),
  far: fc.record({ note: fc.constant('far'), isServing: fc.boolean() }),
  retired: fc.record({
    ...{ note: fc.constant('retired'), program: foreign, what: fc.constant('spare workers') },
    pids: fc.array(count, { minLength: 1 }),
  }),
  'not-reached': fc.record({
    note: fc.constant('not-reached'),
    answered: fc.record({
      route: foreign,
      statuses: fc.constantFrom({ 404: 10 }, { 200: 10, 500: 1_000 }),
      expected: count,
      total: count,
    }),
    accepts: fc.constant(['2xx', '3xx']),
  }),
  endless: fc.record({ note: fc.constant('endless'), timeoutMs: count }),
  'cut-short': fc.record({ note: fc.constant('cut-short'), count }),
  capped: fc.record({
    note: fc.constant('capped'),
    connections: count,
    because: fc.constantFrom('option', 'method'),
  }),
  'heap-read': fc.record({
    note: fc.constant('heap-read'),
    ...{ from: count, to: count, low: fc.integer({ min: -1_000, max: 1_000 }), high: count },
  }),
  'heap-rises': fc.record({ note: fc.constant('heap-rises'), perCycle: count, to: count, cycles: count }),
  'heap-unread': fc.record({ note: fc.constant('heap-unread'), why: foreign }),
  'confirmed-with': fc.record({ note: fc.constant('confirmed-with'), cycles: count }),
} satisfies Record<Note['note'], fc.Arbitrary<Note>>;

const findings: fc.Arbitrary<readonly Finding[]> = fc.array(
  fc.oneof(...Object.values<fc.Arbitrary<Finding>>(FINDINGS)),
  { maxLength: 3 },
);
const notes: fc.Arbitrary<readonly Note[]> = fc.array(fc.oneof(...Object.values<fc.Arbitrary<Note>>(NOTES)), {
  maxLength: 3,
});

/** What a pass is of; the routes come from outside. */
const provenLimits: fc.Arbitrary<readonly Limit[]> = fc.array(
  fc.oneof(
    fc.record({
      limit: fc.constant('asked' as const),
      clients: fc.constant(['fin']),
      isRequest: fc.boolean(),
      routes: fc.array(foreign, { maxLength: 4 }),
    }),
    fc.record({ limit: fc.constant('spoken' as const), what: fc.constantFrom(...SPOKEN) }),
    fc.record({ limit: fc.constantFrom('memory' as const, 'idle' as const) }),
  ),
  { maxLength: 3 },
);

const check: fc.Arbitrary<Check> = fc.record({
  kind: fc.constantFrom(...KINDS),
  status: fc.constantFrom('pass', 'fail', 'warn', 'undecided', 'not-measured'),
  before: fc.option(count, { nil: undefined }),
  after: fc.option(count, { nil: undefined }),
  perRound,
  bound: fc.option(count, { nil: undefined }),
});

/** Verdicts as the judge gives them: what is found, what of it is let pass, and what is in doubt. */
const verdict: fc.Arbitrary<Verdict & { readonly interrupted: boolean }> = fc
  .record({
    findings,
    notes,
    limits: provenLimits,
    checks: fc.array(check, { maxLength: 4 }),
    doubtful: fc.boolean(),
    interrupted: fc.boolean(),
    failOn: fc.constantFrom(undefined, [], ['fd' as const]),
  })
  .map(({ findings, notes, limits, checks, doubtful, interrupted, failOn }) => {
    const outcome = applyPolicy(findings, { ...DEFAULT_POLICY, failOn });
    const failed = outcome.findings.some(({ severity }) => severity === 'fail');
    const decided = failed ? 'fail' : doubtful || interrupted ? 'undecided' : 'pass';
    const clean = decided === 'pass' && outcome.allowed.length === 0;
    return { ...outcome, verdict: decided, clean, checks, notes, limits, interrupted };
  });

const evidence: fc.Arbitrary<Evidence> = fc
  .record({
    completed: count,
    failed: count,
    warmup: count,
    confirm: count,
    acceptQueue: count,
    durationMs: count,
  })
  .map(({ completed, failed, warmup, confirm, acceptQueue, durationMs }) =>
    buildEvidence({
      cycles: tally({ completed, failed, failures: { reset: failed }, durationMs }),
      warmup: tally({ completed: warmup }),
      confirm: tally({ completed: confirm }),
      acceptQueue,
    }),
  );

const hostile = fc
  .array(
    fc.constantFrom(
      '0 leaks',
      'no leak',
      '0',
      'no',
      ' ',
      'leak',
      'leaks',
      '<script>alert(1)</script>',
      '</style><img src=x>',
      ']]>',
      '-->',
      '::error::',
      '##[error]',
      '%0A',
      '```',
      '`',
      '|',
      '@somebody',
      '# SKIP',
      '\ufffe',
      '\ud800',
      '\u202e',
      '\u200f',
      '\u2028',
      '\n',
      '\r',
      '\0',
      '\u001b[31m',
      '\u009b2J',
      "'",
      '"',
      '\\',
      '😀',
      'PASS  1000 cycles, 0 leaks',
    ),
    { maxLength: 6 },
  )
  .map(parts => parts.join(''));

const outside: fc.Arbitrary<OutsideText> = fc.record(
  { command: fc.array(hostile, { maxLength: 4 }), address: hostile, comm: hostile, note: hostile },
  { requiredKeys: [] },
);

const ran: fc.Arbitrary<Report> = fc
  .tuple(evidence, verdict, outside)
  .map(([seen, judged, text]) => buildReport({ ...seen, interrupted: judged.interrupted }, judged, text));

const failedToRun: fc.Arbitrary<Report> = fc
  .tuple(hostile, hostile, fc.array(hostile))
  .map(([message, hint, argv]) => {
    const io = { argv, nodeVersion: '20.20.2', cpus: 2 } as unknown as Parameters<typeof errorReport>[0];
    return errorReport(
      io,
      new ChurnError('usage', `Wrong: ${message}`, `Try ${hint.replaceAll(/[^ -~]/g, '')}`),
    );
  });

const CLEAN: Verdict = {
  verdict: 'pass',
  clean: true,
  checks: [],
  findings: [],
  allowed: [],
  notes: [],
  limits: [],
};

/** Half of them clean: by chance few would be. */
const cleanRun = fc
  .tuple(evidence, outside, notes, provenLimits)
  .map(([seen, text, said, proved]) =>
    buildReport(
      seen,
      { verdict: 'pass', clean: true, checks: [], findings: [], allowed: [], notes: said, limits: proved },
      text,
    ),
  );

/** Rows of a thorough run: made with any verdict, not applicable, not run. The first is always made. */
const madeRow = (name: fc.Arbitrary<RowName>): fc.Arbitrary<Row> =>
  fc
    .tuple(name, evidence, fc.oneof<fc.Arbitrary<Verdict>[]>(verdict, fc.constant(CLEAN)), outside)
    .map(([client, seen, judged, text]) => ({
      name: client,
      standing: { status: judged.verdict },
      verdict: judged,
      report: buildReport(seen, judged, text),
    }));
const row: fc.Arbitrary<Row> = fc.oneof(
  madeRow(fc.constantFrom('rst', 'half', 'mixed')),
  fc.constant(NO_TLS),
  fc.constant(TIME_IS_UP),
);
const thorough: fc.Arbitrary<Report> = fc
  .tuple(madeRow(fc.constant('fin')), fc.array(row, { maxLength: 3 }), fc.boolean())
  .map(([first, others, interrupted]) => buildThorough([first, ...others], interrupted));
const cleanThorough = fc
  .tuple(evidence, outside)
  .map(([seen, text]) => ({ ...buildRow('fin'), report: buildReport(seen, CLEAN, text) }))
  .map(first => buildThorough([first, buildRow('rst'), NO_TLS]));

const report = fc.oneof(ran, cleanRun, failedToRun, thorough, cleanThorough);

for (const [name, render] of REPORTER_ENTRIES) {
  describe(`the ${name} reporter`, () => {
    test('proves a clean run, and nothing else', () => {
      fc.assert(
        fc.property(report, style, (given, style) => {
          assert.equal(PROOF.test(render(given, style)), given.clean);
        }),
        RUNS,
      );
    });

    test('proves a clean run with what a student pastes, in one piece', () => {
      fc.assert(
        fc.property(fc.oneof(cleanRun, cleanThorough), style, (given, style) => {
          const output = render(given, style);
          assert.match(output, /1000.*cycle|churn/);
          assert.ok(output.includes(`PASS  ${given.cycles?.completed} cycles, 0 leaks`), output);
        }),
        RUNS,
      );
    });

    test('ends with a newline, says the same twice and steers no terminal', () => {
      fc.assert(
        fc.property(report, style, (given, style) => {
          const output = render(given, style);
          assert.ok(output.endsWith('\n') && !output.endsWith('\n\n'), 'ends with one newline');
          assert.equal(render(given, style), output);
          const colorless = style.colorLevel === 0 ? output : output.replaceAll(/\u001b\[[0-9;]*m/g, '');
          assert.doesNotMatch(
            colorless,
            /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/,
          );
        }),
        RUNS,
      );
    });

    test('writes of the saved report what it wrote of the run', () => {
      fc.assert(
        fc.property(report, style, (given, style) => {
          const saved = parseSavedReport(RENDER.json(given, PLAIN), 'saved.json');
          assert.equal(render(saved, style), render(given, style));
        }),
        RUNS,
      );
    });

    test('writes whole numbers and words, never what a missing one turns into', () => {
      fc.assert(
        fc.property(report, style, (given, style) => {
          assert.doesNotMatch(render(given, style), /NaN|Infinity|undefined|\[object/);
        }),
        RUNS,
      );
    });
  });
}

test('of the same report every width and colour say the same', () => {
  fc.assert(
    fc.property(report, given => {
      const words = STYLES.map(style =>
        RENDER.text(given, style)
          .replaceAll(/\u001b\[[0-9;]*m/g, '')
          .replaceAll(/\s+/g, ' '),
      );
      assert.equal(new Set(words).size, 1);
    }),
    RUNS,
  );
});

test('the quiet reporter says one line that begins with the name of the tool', () => {
  fc.assert(
    fc.property(report, given => {
      assert.match(RENDER.quiet(given, PLAIN), /^churn[^\n]*\n$/);
    }),
    RUNS,
  );
});

test('the JSON reporter says one object, in which nothing is lost', () => {
  fc.assert(
    fc.property(report, given => {
      assert.deepEqual(Object.keys(JSON.parse(RENDER.json(given, PLAIN))), Object.keys(given));
    }),
    RUNS,
  );
});
