import type { Command } from 'commander';
import { MANNER_NAMES } from '../serve/manner-names.js';
import { SERVE_DEFAULTS } from '../serve-options.js';
import { collect } from './program-repeatable.js';

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
