import type { Command } from 'commander';
import { ChurnError } from '../errors.js';
import { START_DEFAULTS } from '../start-options.js';

/** Options for a server that is started, tried and stopped: its command stands behind `--`. */
export function addStartOptions(command: Command): Command {
  return command
    .usage('[options] [-- server command…]')
    .optionsGroup('A server that churn starts (-- command…):')
    .option(
      '--ready-timeout <time>',
      `how long it may take to listen (default: ${START_DEFAULTS.readyTimeout})`,
    )
    .option('--grace <time>', `how long it may take to stop after SIGTERM (default: ${START_DEFAULTS.grace})`)
    .option('--server-log <file>', 'all that it writes')
    .option('--nofile <n>', 'start it with so few descriptors, and drive it to that limit in the end')
    .option(
      '--reload <signal[:every]>',
      'make it reload during the cycles: SIGHUP, SIGHUP:200 (cycles), SIGHUP:2s',
    )
    .option('--shutdown', 'stop it while clients churn, and judge how it does that')
    .option('--repeat <n>', 'start, try and stop it so many times, until it fails');
}

/** A command behind `--` that nobody would run must not be passed over in silence. */
export function takeCommandOnlyIn(
  program: Command,
  names: readonly string[],
  command: readonly string[] | undefined,
): void {
  program.hook('preAction', (_, called) => {
    if (command === undefined || names.includes(called.name())) return;
    throw new ChurnError(
      'usage',
      `churn ${called.name()} starts nothing, so there is nothing to do with a command behind --.`,
      'Leave it out, or: churn --port 9000 -- ./server',
    );
  });
}
