import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderHtml } from '../../src/report/html.js';
import { renderJunit } from '../../src/report/junit.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import type { Report } from '../../src/report/report.js';
import { renderSvg } from '../../src/report/svg.js';
import { renderTap } from '../../src/report/tap.js';
import { REPORTS } from '../support/reports.js';

type Sort = keyof typeof REPORTS;
/** In one text: cells of a page and of Markdown without what stands between them. */
const told = {
  html: (report: Report) => renderHtml(report).replaceAll(/<details>.*?<\/details>|<[^>]*>/gs, ' '),
  markdown: (report: Report) => renderMarkdown(report).replaceAll(/\\/g, '').replaceAll('|', ' '),
  junit: renderJunit,
  tap: renderTap,
} as const satisfies Record<string, (report: Report) => string>;

/** Everywhere, in any of these ways of writing. */
const ROWS: ReadonlyArray<readonly [what: string, sort: Sort, words: RegExp]> = [
  ['when a server was ready', 'started', /started\W+listened after 0\.02 s/],
  ['what became of it at its limit', 'started', /limit\W+32 fds reached with 40 silent clients: survived/],
  ['what its reloads did', 'started', /reload\W+SIGHUP 5 times, every 200 cycles: 2 of 2 workers replaced/],
  [
    'how it ended',
    'started',
    /stopped\W+by SIGTERM in 0\.01 s with exit status 0, port free, while 4 clients/,
  ],
  [
    'that it was killed',
    'startedFails',
    /stopped\W+SIGTERM was ignored for 5\.0 s, while 4 clients churned, kill/,
  ],
  ['why its limit was not tried', 'startedLeaks', /limit\W+not driven to it: the server has failed already/],
  ['that it died by itself', 'startedDied', /stopped\W+gone before it was stopped, with SIGSEGV/],
  ['of which start that is told', 'started', /started, tried and stopped 3 times, and passed each time/],
  ['the life of one that is tried thoroughly', 'startedThorough', /limit\W+32 fds reached/],
  ['the finding at its limit', 'startedFails', /does not serve again after its limit of 32 descriptors/],
  ['that it spins there', 'startedFails', /99 % of a CPU at its limit of 32 descriptors/],
  ['whom a reload cut off', 'startedFails', /3 of 15 connections cut off by 5 SIGHUPs/],
  ['that it does not stop', 'startedFails', /did not stop within 5\.0 s of SIGTERM while clients churned/],
  [
    'the report of its own checker',
    'startedFails',
    /AddressSanitizer: heap-use-after-free \/a\/b\.c:7 in serve/,
  ],
  ['the last that it wrote', 'startedFails', /the last that the server wrote.*listening on 9000\s.*bye/s],
  ['that it wrote nothing', 'startedLeaks', /the server wrote nothing/],
  [
    'the load of a watch',
    'watchLeak',
    /load\W+k6 run load\.js +ended with status 0 after 30\.0 s, made 4 times/,
  ],
  ['that nobody was asked to load it', 'watchAnybody', /load\W+whoever used it in 60 min/],
  ['the phase that left something behind', 'watchStages', /reset.*kept 40 of 510/s],
  ['that the others did not', 'watchStages', /kept none|ok \d+ - fin fd/],
  ['that nobody came in a phase', 'watchStagesIdle', /pause.*not run: nobody connected during it/s],
  ['that no phase was announced', 'watchStagesNone', /matched none of the 40 lines that the load printed/],
  [
    'how many came meanwhile',
    'watchLeak',
    /accepted\W+1010 connections by all servers of this mach.*; 3 still/,
  ],
  [
    'each gauge that is kept',
    'gaugesKept',
    /pool_leased 0 → 19, one on about.*sessions 2 → 12, and it does/s,
  ],
  ['a gauge of a server elsewhere', 'farKept', /pool_leased 0 → 19, one on about every 101 cycles/],
  ['that no more was seen of it', 'far', /judged by its gauges alone/],
  ['what a client did', 'serveForgets', /manner\W+ok, delay/],
  [
    'each client at fault',
    'serveMany',
    /^(?=.*pid 5000.*400 idle connections).*pid 5001.*40 sockets in CLOSE_WAIT/s,
  ],
  ['how the client ended', 'serve', /ended\W+exit status 0, after 1\.2 s/],
];

for (const [name, render] of Object.entries(told)) {
  describe(`the ${name} reporter tells`, () => {
    for (const [what, sort, words] of ROWS) test(what, () => assert.match(render(REPORTS[sort]), words));
  });
}

const GAUGE_TABLE: readonly RegExp[] = [
  /gauge +before +after +per cycle +verdict/,
  /pool_leased +0 +19 +0\.009948 +✖ grows with every round/,
  /sessions +2 +12 +0\.005236 +✖ does not come back/,
  /process_threads +21 +25 +0 +grew once, then levelled off/,
  /process_resident_memory_bytes +1\.0 MiB +1\.0 MiB +– +not decided/,
];

for (const name of ['html', 'markdown'] as const) {
  for (const sort of ['gaugesKept', 'farKept'] as const) {
    test(`the gauges of the ${sort} report are a table in ${name}`, () => {
      const text = told[name](REPORTS[sort]).replaceAll(/ +/g, ' ');
      for (const row of GAUGE_TABLE) assert.match(text, row);
    });
  }
  test(`a gauge that could not be read says so in ${name}`, () => {
    assert.match(
      told[name](REPORTS.gaugesHostile).replaceAll(/ +/g, ' '),
      /unknown – not decided: it could not be/,
    );
  });
  test(`what was watched is told of connections in ${name}`, () => {
    for (const sort of ['watch', 'watchLeak', 'watchAnybody'] as const)
      assert.doesNotMatch(told[name](REPORTS[sort]), /\bcycles?\b/);
  });
  test(`of a server elsewhere ${name} does not say what it accepted`, () => {
    assert.doesNotMatch(told[name](REPORTS.far), /accepted 0/);
  });
}

test('a page of serve has each client in a row, those at fault first', () => {
  const text = told.html(REPORTS.serveMany).replaceAll(/ +/g, ' ');
  assert.match(text, /client verdict requests connections open at most/);
  assert.match(
    text,
    /pid 5000 \(worker\) ✖ fail 400 400 400 1 400 5\.9 s 399 0 4 → 5 0 0 .*pid 5001 \(worker\) ✖ fail 60 60 10/,
  );
  assert.match(text, /pid 5002 \(worker\) undecided .* not seen not seen not seen/);
});

for (const [name, render] of [
  ['page', renderHtml],
  ['picture', renderSvg],
] as const) {
  test(`a ${name} of serve draws open connections over requests, and over time`, () => {
    const drawn = render(REPORTS.serveHoard);
    assert.match(drawn, /<desc[^>]*>Connections open: 0 at first, 400 at most, 400 at last\.<\/desc>/);
    // From the origin to the last request, which is at the right end.
    assert.match(drawn, /<path class="line solid" d="M60,218L.*386,\d/);
    assert.match(drawn, /Open, idle \(dashed\)/);
    assert.match(render(REPORTS.serveUnseen), /^(?!.*class="line)/s);
  });
}

test('JUnit and TAP have a case for each finding of a kind, each with a name of its own', () => {
  assert.match(renderJunit(REPORTS.gaugesKept), /failures="2"/);
  assert.match(renderJunit(REPORTS.gaugesKept), /name="gauge" .*name="gauge 2" /s);
  assert.match(
    renderTap(REPORTS.gaugesKept),
    /^not ok \d+ - gauge: pool_.*^not ok \d+ - gauge 2: sessions/ms,
  );
});

test('a report says how many descriptors are held beside the thousand that it lists', () => {
  const { held, heldCount } = REPORTS.leak;
  assert.deepEqual([held.length, heldCount], [1_000, 1_010]);
  assert.match(told.html(REPORTS.leak), /of the 1000 that the report lists of 1010/);
  assert.match(told.html(REPORTS.leak), /CLOSE_WAIT +1000 or more/);
  const { heldCount: forgotten, ...former } = REPORTS.leak;
  assert.equal(forgotten, 1_010);
  assert.match(told.html(former), /by what they are, of the first 1000/);
  assert.doesNotMatch(told.html(REPORTS.watchLeak), /report lists| or more|of the first/);
});

test('each row of a thorough run says how many descriptors are held with its client', () => {
  const counts = REPORTS.thoroughLeak.runs?.map(({ held, heldCount }) => [held.length, heldCount]);
  assert.deepEqual(counts, [
    [0, 0],
    [1_000, 1_010],
    [1_000, 1_010],
    [0, undefined],
  ]);
  assert.deepEqual([REPORTS.thoroughLeak.held.length, REPORTS.thoroughLeak.heldCount], [1_000, 2_020]);
});
