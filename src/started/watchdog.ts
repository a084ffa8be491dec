import { readStat } from '../proc/process.js';
import { killAll } from './end.js';
import { Family } from './family.js';

/**
 * A program of its own: outlives whoever started it, and then kills all that was started for the run. Its standard
 * input is a pipe that closes when churn is gone, however that came; until then churn tells on it whom it has met, as
 * "PID\n", because a mark can be lost.
 */
const [mark = '', sinceTicks = ''] = process.argv.slice(2);
const family = new Family(mark, Number(sinceTicks));

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);

let rest = '';
process.stdin
  .setEncoding('latin1')
  .on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const stat = readStat(Number(line));
      if (stat) family.adopt(stat);
    }
  })
  .on('error', () => undefined)
  .on('close', () => void killAll(family, (pid, signal) => process.kill(pid, signal)));
