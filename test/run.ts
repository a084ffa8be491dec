import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Runs the compiled tests, or those whose path contains one of the arguments. Without an option the first stage: what is
 * pure, and a few dozen runs. `--outside` is the second: what asks programs that are not of this repository (servers,
 * clients, browsers, terminals), namespaces, or the same of many servers. `--all` is both, and what is left out of them
 * for time. Three files at a time on two cores, for half of their time is waiting, or as many as `--concurrency` says: a
 * verdict that a neighbour can sway would be a defect. Node 20 and 22 disagree on what `--test`
 * makes of a folder, so it is given files. The reporter tells the failures once more at the end, where a log that was cut
 * still has them.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const { values, positionals: wanted } = parseArgs({
  options: {
    concurrency: { type: 'string', default: '3' },
    outside: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
/** What takes minutes: only with `--all`. */
const LONG = [
  ...[
    'artillery',
    'c-servers',
    'checkers',
    'gauges',
    'live-heap',
    'load',
    'managed',
    'many-machines',
    'named-things',
    'owner',
    'serve-strangers',
    'thorough',
    'valgrind',
    'watch-neighbour',
    'watch-stages',
  ],
].map(name => `/${name}.outside.test.js`);
const isOfStage = (file: string) =>
  values.all ||
  (values.outside === file.endsWith('.outside.test.js') && !LONG.some(end => file.endsWith(end)));
const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter(
    file =>
      file.endsWith('.test.js') &&
      (wanted.length === 0 ? isOfStage(file) : wanted.some(part => file.includes(part))),
  )
  .sort()
  .map(file => `${folder}${file}`);
if (files.length === 0) {
  // Without a file, node --test would look for tests everywhere.
  process.stderr.write(`No test file has ${wanted.join(' or ')} in its path.\n`);
  process.exit(2);
}
/** What neither starts a server nor waits shares one process: to begin 130 of them would take half a minute. */
const PURE = ['cli', 'gather', 'options', 'readme/links', 'readme/options', 'report', 'verdict'];
const isPure = (file: string) =>
  PURE.some(place => file.startsWith(`${folder}${place}`)) && !file.endsWith('.outside.test.js');
const pure = files.filter(isPure);
if (pure.length > 1) {
  const together = `${folder}pure.js`;
  writeFileSync(together, pure.map(file => `import ${JSON.stringify(file)};\n`).join(''));
  files.splice(0, files.length, together, ...files.filter(file => !isPure(file)));
}
const options = ['--test', `--test-concurrency=${values.concurrency}`, '--test-reporter=spec'];
const child = spawn(process.execPath, [...options, ...files], { stdio: 'inherit' });
// Whoever ends this program alone, and not its terminal, ends the tests as well.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1);
});
