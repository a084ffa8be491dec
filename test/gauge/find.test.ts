import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findGauge,
  parseExposition,
  parseJsonPath,
  parseSelector,
  readPage,
  usualNames,
} from '../../src/gauge/find.js';

const METRICS = `# HELP leased what is lent, "so far"
# TYPE leased gauge
leased{pool="db",host="a\\"b}c\\\\"} 3
leased{pool="http",} 4 1395066363000

# TYPE asked_total counter
asked_total 1027
# TYPE took histogram
took_bucket{le="+Inf"} 144320 # {trace_id="x"} 0.67
took_count 144320
process_open_fds 2.1e+1
nothing NaN
# EOF
`;

const JSON_PAGE = '{"pools":{"http":{"leased":7},"list":[{"leased":"8"}]},"a.b":1,"up":true}';

const FOUND: ReadonlyArray<readonly [page: string, name: string | undefined, found: number | RegExp]> = [
  [METRICS, 'leased', 7],
  [METRICS, 'leased{pool="db"}', 3],
  [METRICS, 'leased{host="a\\"b}c\\\\"}', 3],
  [METRICS, 'leased{pool="none"}', /^there is no leased\{pool="none"\}, but leased\{pool="db",/],
  [METRICS, 'process_open_fds', 21],
  [METRICS, 'open_fds', /^there is no open_fds/],
  [METRICS, 'process_opened', /; there are process_open_fds$/],
  [METRICS, 'asked_total', /is a counter, which only ever grows/],
  [METRICS, 'took_count', /is a histogram/],
  [METRICS, 'nothing', /^nothing is no number$/],
  [METRICS, 'a b', /^a b is no name of a metric$/],
  [JSON_PAGE, 'pools.http.leased', 7],
  [JSON_PAGE, 'pools.list[0].leased', 8],
  [JSON_PAGE, '$.pools.http.leased', 7],
  [JSON_PAGE, 'pools.http', /^pools.http is no number$/],
  [JSON_PAGE, 'pools.http.constructor', /^there is no /],
  [JSON_PAGE, 'pools..leased', /is no path in JSON/],
  [JSON_PAGE, 'up', /is no number/],
  ['42\n', undefined, 42],
  ['-1.5', undefined, -1.5],
  ['<html>', 'leased', /^this is neither JSON nor the text format of Prometheus: <html>$/],
  ['', undefined, /neither JSON nor/],
];

for (const [page, name, found] of FOUND) {
  test(`${name ?? 'the bare number'} of ${page.slice(0, 12).replace(/\n.*/s, '')} is ${found}`, () => {
    const result = findGauge(readPage(page), name, false);
    if (typeof found === 'number') assert.deepEqual(result, { value: found });
    else assert.match('missing' in result ? result.missing : String(result.value), found);
  });
}

test('a series that an exporter leaves out while there is nothing to count is 0, where it was there before', () => {
  assert.deepEqual(findGauge(readPage(METRICS), 'leased{pool="none"}', true), { value: 0 });
  assert.ok('missing' in findGauge(readPage(METRICS), 'gone', true), 'a metric that is gone is not');
});

test('the usual names on a page are found', () => {
  assert.deepEqual(usualNames(readPage(METRICS)), ['process_open_fds']);
  assert.deepEqual(usualNames(readPage(JSON_PAGE)), []);
});

for (const line of ['leased', 'leased x', 'leased{pool=db} 3', 'leased{pool="db} 3', '{a="b"} 3', 'a 0x10']) {
  test(`${line} is no line of the text format`, () => assert.equal(parseExposition(line), undefined));
}

test('infinite is a value', () => {
  assert.equal(parseExposition('a +Inf')?.samples[0]?.value, Infinity);
});

test('selectors and paths that are none are told from those that are', () => {
  assert.equal(parseSelector('a{b="c"'), undefined);
  assert.equal(parseSelector('0a'), undefined);
  assert.deepEqual(parseJsonPath('a[0][1].b'), ['a', 0, 1, 'b']);
  assert.equal(parseJsonPath(''), undefined);
  assert.equal(parseJsonPath('a[x]'), undefined);
});
