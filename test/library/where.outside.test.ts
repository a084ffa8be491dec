import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { run } from '../../src/index.js';
import { freePort } from '../servers/real/free-port.js';
import { parseReport } from '../support/churn.js';

const SERVER = new URL('../../../test/servers/where/heap.mjs', import.meta.url).pathname;

test('a program is told the line of a Node server that it has started and that keeps memory', async () => {
  const command = [process.execPath, SERVER, 'sessions', '20000'];
  const url = `http://127.0.0.1:${await freePort()}/`;
  const report = await run({ url, command, where: true });
  const finding = report.findings.find(({ kind }) => kind === 'memory');
  assert.ok(finding, report.summary);
  assert.equal(report.verdict, 'fail');
  const { where: [place] = [], whereRemarks } = finding;
  assert.equal(place?.what, 'Session', whereRemarks?.join('\n'));
  assert.ok((place.heap?.retainedBytes ?? 0) > 20_000);
  assert.equal(place.made?.frames[0]?.line, lineOf('made: sessions'));
  assert.equal(place.heap?.keptBy?.frames[0]?.line, lineOf('kept: sessions'));
  assert.equal(report.server?.stopped.how, 'term');
  parseReport(JSON.stringify(report));
});

function lineOf(marker: string): number {
  const text = readFileSync(SERVER, 'utf8');
  return text.slice(0, text.indexOf(`// ${marker}`)).split('\n').length;
}
