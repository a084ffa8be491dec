import { execFile } from 'node:child_process';
import { startC } from '../servers/launch.js';

// churn-free: rows "model fault args..." from argv file
const rows = process.argv.slice(2);
for (const row of rows) {
  const [model = '', ...args] = row.split(' ');
  const at = args.indexOf('--');
  const server = await startC(model, at < 0 ? args : args.slice(0, at));
  const own = at < 0 ? [] : args.slice(at + 1);
  const startedAt = performance.now();
  const out = await new Promise<string>(resolve =>
    execFile(process.execPath, ['bin/churn.js', '--port', String(server.port), ...own], { maxBuffer: 1e8 }, (_e, stdout, stderr) => resolve(stdout + stderr)),
  );
  await server.stop();
  console.log(`=== ${row}   ${((performance.now() - startedAt) / 1000).toFixed(2)} s`);
  console.log(process.env['FULL'] ? out : out.split('\n').filter(l => /PASS|FAIL|UNDEC|✖|!|note|churn:/.test(l)).join('\n'));
}
