import type { Command } from 'commander';
import { ChurnError } from '../errors.js';
import { SERVE_DEFAULTS } from '../options/serve.js';
import { START_DEFAULTS } from '../options/start.js';
import { WATCH_DEFAULTS } from '../options/watch.js';
import { MANNER_NAMES } from '../serve/manner-names.js';
import { PROTOCOL_NAMES } from '../workload/script.js';

/** Options that say what the clients send and want to hear. */
export function addTalkOptions(command: Command): Command {
  return command
    .optionsGroup('What is said:')
    .option('--send <data>', 'request: text with \\r \\n \\xNN, hex:…, or @file')
    .option('--expect <text>', 'what the answer has to contain, or a /pattern/')
    .option('--protocol <name>', `a ready request: ${PROTOCOL_NAMES.join(', ')}`)
    .option('--tls', 'the same as --client tls')
    .option('--sni <name>', 'server name to ask for in TLS')
    .option('--alpn <names>', 'protocols to offer in TLS, separated by commas')
    .option('--ca <file>', 'certificates to trust (PEM)')
    .option('--insecure', 'trust any certificate');
}

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

/** Options of `serve`. */
export function addServeOptions(command: Command): Command {
  return command
    .description('be the server (slow, resetting, silent, …), and judge the client')
    .usage('[options] [-- client command…]')
    .optionsGroup('Server:')
    .option('-p, --port <n>', 'TCP port to listen on, or auto (default: auto)')
    .option('--ports <n>', 'listen on so many ports, as on so many hosts (default: 1)')
    .option('-H, --host <address>', `address to listen on (default: ${SERVE_DEFAULTS.host})`)
    .option('--http', 'speak HTTP/1.1 (the default)')
    .option('--tcp', 'speak raw TCP: what came goes back, or --answer')
    .option('--answer <data>', 'what is said over TCP: text with \\r \\n \\xNN, or hex:…')
    .option('--body <size>', `length of an HTTP answer (default: ${SERVE_DEFAULTS.body})`)
    .optionsGroup('How it answers:')
    .option('--manner <names>', `${MANNER_NAMES.join(', ')} (default: ok)`)
    .option(
      '--delay <time>',
      `for the manners that wait; alone: --manner delay (default: ${SERVE_DEFAULTS.delay})`,
    )
    .option(
      '--status <n>',
      `for the manner status; alone: --manner status (default: ${SERVE_DEFAULTS.status})`,
    )
    .option('--at-a-time <n>', 'connections that are served at a time; others wait (default: all)')
    .option('--tls', 'the same as the manner tls')
    .option('--no-keep-alive', 'the same as the manner keep-alive-off')
    .option(
      '--seed <n>',
      'order in which several manners are taken (default: a random one, which is printed)',
    )
    .optionsGroup('Client:')
    .option('--pid <n>', 'running client to follow, repeatable', collect)
    .option('--duration <time>', 'serve for so long (default: until the client ends, or SIGINT)')
    .optionsGroup('Judging:')
    .option(
      '--max-idle <n>',
      'idle connections that it may keep in all (default: as many as it ever used at a time)',
    )
    .option('--max-idle-per-port <n>', 'idle connections that it may keep to one port')
    .option('--idle-limit <time>', 'how long a connection may be idle')
    .option('--patience <time>', 'how long it may keep a connection on which no answer comes')
    .option('--strict', 'exit 3 when something is undecided')
    .option('--fail-on <kinds>', 'only these kinds of finding fail, separated by commas')
    .option('--allow <kind=n>', 'let pass up to n of a kind, repeatable', collect);
}

/** For options that may be given several times. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}
