import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Runs every test of the compiled tree, or those whose path contains one of the arguments. Two files at a time: most of
 * a test is waiting, and a verdict that a neighbour can sway would be a defect. Node 20 and 22 disagree on what `--test`
 * makes of a folder, so it is given files. The reporter tells the failures once more at the end, where a log that was cut
 * still has them.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter(
    file => file.endsWith('.test.js') && (wanted.length === 0 || wanted.some(part => file.includes(part))),
  )
  .sort()
  .map(file => `${folder}${file}`);
const child = spawn(process.execPath, ['--test', '--test-concurrency=2', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
});
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1);
});
