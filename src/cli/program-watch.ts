import type { Command } from 'commander';
import { WATCH_DEFAULTS } from '../watch-options.js';

/** Options of `churn watch`: somebody else makes the connections. */
export function addWatchOptions(command: Command): Command {
  const collect = (value: string, previous: string[] = []) => [...previous, value];
  return command
    .usage('[options] [-- load command…]')
    .description('judge a server while any other program loads it (k6, wrk, a test suite)')
    .optionsGroup('Watching:')
    .option('--duration <time>', 'watch for so long; a load that still runs is ended then')
    .option('--settle <time>', `how long a server may take to close (default: ${WATCH_DEFAULTS.settle})`)
    .option(
      '--budget <time>',
      `time for running the load again, where growth has to recur (default: ${WATCH_DEFAULTS.budget})`,
    )
    .option('--no-confirm', 'run the load once and not again')
    .option('--strict', 'exit 3 when something is undecided')
    .option('--fail-on <kinds>', 'only these kinds of finding fail, separated by commas')
    .option('--allow <kind=n>', 'let pass up to n of a kind, repeatable', collect)
    .option('--gauge <url#name>', 'a number of the server that must come back too, repeatable', collect);
}
