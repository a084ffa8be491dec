import type { Kind } from '../verdict/finding.js';
import { KINDS } from '../verdict/kinds.js';
import { CLIENT_NAMES, type ClientName } from '../workload/client-names.js';
import {
  filled,
  oneOf,
  pageUrl,
  rate,
  SWITCH,
  SWITCH_THAT_IS_ON,
  switchOfThree,
  type Table,
  type Time,
  text,
  textFrom,
  texts,
  time,
  whole,
  wholes,
  workers,
} from './option.js';
import { SAID } from './said.js';

/** Who is under test. */
export const TARGET = {
  url: {
    value: filled('<target>', 'a port, an address or a URL', 'http://localhost:3000/'),
    help: 'the same as a first word: 9000, localhost:9000, http://localhost:3000/api, unix:/run/app.sock',
    notWith: {
      port: namesTwo('port'),
      unix: namesTwo('unix'),
    },
  },
  port: {
    short: '-p',
    value: whole(1, 65_535, 9_000),
    help: 'TCP port that the server listens on; auto: a free one for the command behind --',
  },
  host: {
    short: '-H',
    value: filled('<address>', 'an address', '127.0.0.1'),
    help: 'address of this machine (default: the one on which the port is open)',
  },
  unix: {
    value: filled('<path>', 'a path', '/run/app.sock', 'file'),
    help: 'Unix socket that the server listens on',
    notWith: {
      port: ['--port and --unix name two different servers.', 'Give one of them.'],
      host: ['--host has no meaning with --unix.', 'Leave out --host.'],
      hold: [
        '--hold tells who is kept by the ports of its connections, and Unix sockets have none.',
        'Use --port.',
      ],
    },
  },
  pid: {
    value: wholes(1, 4_194_304, 4_242),
    help: 'process to judge, repeatable (default: found from the listening socket)',
    notWith: {
      command: ['--pid names a server that runs; the command behind -- starts another.', 'Give one of them.'],
    },
  },
  behindProxy: {
    value: SWITCH,
    help: 'the process of --pid does not listen on the port itself',
    needs: { pid: ['--behind-proxy needs the pid of the server behind the proxy.', 'Add --pid N.'] },
  },
  waitFor: {
    value: time(0, 3_600_000),
    help: 'how long the server, which starts elsewhere, may take until it listens (default: not at all)',
    notWith: {
      command: [
        '--wait-for waits for a server that somebody else starts.',
        'For the command behind -- it is --ready-timeout.',
      ],
    },
  },
} as const satisfies Table;

/** Those that servers take for "read your configuration again". */
export const RELOAD_SIGNALS = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/** "SIGHUP", "SIGHUP:200" (cycles), "SIGHUP:2s". */
export type ReloadSignal = `${(typeof RELOAD_SIGNALS)[number]}${'' | `:${number}` | `:${Time}`}`;

/** A server that churn starts itself, tries and stops. */
export const START = {
  readyTimeout: { value: time(10, 3_600_000), default: '10s', help: 'how long it may take to listen' },
  grace: { value: time(0, 3_600_000), default: '5s', help: 'how long it may take to stop after SIGTERM' },
  serverLog: { value: text('<file>'), help: 'file for all that it writes to stdout and stderr' },
  nofile: {
    value: whole(8, 1_048_576),
    help: 'start it with this limit of open files, and drive it to that limit at the end',
  },
  reload: {
    value: textFrom<ReloadSignal>('<signal[:every]>'),
    help: 'signal that makes it reload during the cycles: SIGHUP, SIGHUP:200 (every 200 cycles), SIGHUP:2s',
    notWith: {
      thorough: [
        '--reload does not go with --thorough, whose rows are too short for it.',
        'Use it with one --client at a time, or with several: --client fin,rst,half',
      ],
    },
  },
  shutdown: { value: SWITCH, help: 'stop it while clients still connect, and judge how it shuts down' },
  repeat: { value: whole(1, 1_000), help: 'start, test and stop it this many times, or until it fails' },
} as const satisfies Table;

/** With a rate, the most connections that may be open at a time. */
export const OPEN_AT_RATE = 256;
export const MAX_CYCLES = 100_000_000;

/** Of `--thorough`, where they differ: cycles of each client, and the time for all that is done. */
export const THOROUGH_DEFAULTS = { cycles: 200, budget: '30s' } as const;

/** What is done to the server, and how much of it at a time. */
export const CYCLES = {
  cycles: {
    short: '-n',
    value: whole(1, MAX_CYCLES, 1_000),
    default: 1_000,
    help: 'cycles to judge, each a connection that is opened and closed; those to warm up, and up to some ten thousand to confirm growth, come on top (default: 1000)',
  },
  atMost: {
    value: whole(1, MAX_CYCLES, 2_000),
    help: 'connections that the whole run may make: to warm up, to judge and to confirm',
    notWith: {
      thorough: [
        '--at-most does not go with --thorough, which gives every client the same cycles.',
        'Use --cycles and --budget, or --at-most with one --client.',
      ],
    },
  },
  duration: {
    value: time(100, 604_800_000),
    help: 'make cycles for this long, instead of --cycles',
    notWith: { cycles: ['--duration and --cycles both say when the cycles end.', 'Give one of them.'] },
  },
  concurrency: {
    short: '-c',
    value: whole(1, 10_000, 16),
    default: 1,
    help: `connections at a time (default: 1; with --rate at most ${OPEN_AT_RATE})`,
  },
  workers: {
    value: workers(),
    default: 1,
    help: 'threads of churn that share the cycles; auto: one for each CPU but one (default: 1)',
    notWith: {
      thorough: [
        '--workers does not go with --thorough, whose rows are too short for it.',
        'Use it with one --client at a time, or with several: --client fin,rst,half',
      ],
      reload: [
        '--workers does not go with --reload, which counts the cycles one by one.',
        'Leave out --workers; --concurrency 16 keeps the server busy, too.',
      ],
    },
  },
  source: {
    value: text('<addresses>'),
    help: 'addresses of 127.0.0.0/8 that connections come from, where one has too few ports: 127.0.0.2-127.0.0.9',
    notWith: {
      unix: ['--source has no meaning with --unix: there are no addresses.', 'Leave out --source.'],
    },
  },
  rate: {
    value: rate(),
    help: 'begin this many cycles a second, however slow the server is',
    notWith: { pause: ['--rate and --pause both say when a cycle begins.', 'Give one of them.'] },
  },
  ramp: { value: time(1, 86_400_000), help: 'time in which the rate, or the concurrency, grows from 1' },
  latency: {
    value: SWITCH,
    help: 'tell how long connections and answers took (with --rate it is told anyway)',
  },
  hold: {
    value: whole(1, 1_000_000, 100),
    help: 'keep this many silent clients connected during the cycles',
  },
  holdEnd: {
    value: oneOf('<how>', ['fin', 'rst'], 'fin or rst', 'fin closes the held clients, rst resets them.'),
    default: 'fin',
    help: 'how the clients of --hold disconnect: fin or rst',
    needs: { hold: ['--hold-end has no meaning without --hold.', 'For example --hold 100 --hold-end rst'] },
  },
  client: {
    value: textFrom<ClientName | readonly ClientName[]>('<names>', CLIENT_NAMES),
    default: 'fin',
    help: `what the clients do: ${CLIENT_NAMES.join(', ')}`,
  },
  thorough: {
    value: SWITCH,
    help: `every client in turn, ${THOROUGH_DEFAULTS.cycles} cycles each, --budget (${THOROUGH_DEFAULTS.budget}) for all`,
    notWith: {
      duration: sameCycles('duration'),
      rate: sameCycles('rate'),
      ramp: sameCycles('ramp'),
      hold: sameCycles('hold'),
      gauge: [
        '--gauge does not go with --thorough: a number does not tell whose it is, and a pool that one client has used up would hide what the next ones leave.',
        'Use it with one --client at a time, on a server that was started anew.',
      ],
      allowRemote: [
        '--allow-remote does not go with --thorough, whose rows begin with what the server holds, and that cannot be seen from afar.',
        'Use it with one --client at a time.',
      ],
      client: namesOne('client'),
      seed: [
        '--seed has no meaning with --thorough, which takes the clients one after the other.',
        'Leave out --seed. For a random order: --client fin,rst,half --seed 7',
      ],
      tls: namesOne('tls'),
    },
  },
  seed: {
    value: whole(0, 0xffff_ffff),
    help: 'order in which several clients are taken (default: a random one, which is printed)',
  },
  wait: { value: time(0, 600_000), default: '10ms', help: 'how long the clients idle and drip wait' },
  timeout: { value: time(10, 600_000), default: '5s', help: 'deadline of one cycle' },
  pause: {
    value: time(0, 600_000),
    default: '0s',
    help: 'wait between two cycles of a client (default: none)',
  },
} as const satisfies Table;

/** Node fills its young generation for some 25 000 connections before it is level. */
export const HEAP_BUDGET = '20s';

const BUDGET = '10s';

const PPROF = 'http://127.0.0.1:6060/debug/pprof';

/** What the verdict is made of, and what comes of it. */
export const JUDGING = {
  warmup: { value: whole(0, 1_000_000), default: 10, help: 'cycles before the judged ones' },
  settle: { value: time(0, 3_600_000), default: '5s', help: 'how long a server may take to close' },
  rounds: { value: whole(6, 1_000), default: 12, help: 'rounds of cycles that memory is judged by' },
  budget: {
    value: time(0, 86_400_000),
    default: BUDGET,
    help: `time for further cycles that confirm growth (default: ${BUDGET}, ${HEAP_BUDGET} where garbage is collected); a slow server gets as long for its cycles, too`,
  },
  confirm: {
    value: switchOfThree('confirm growth also where the request changes something (POST, PUT, …)'),
    help: 'make no further cycles to confirm growth',
  },
  strict: { value: SWITCH, help: 'exit 3 when something is undecided' },
  failOn: {
    value: textFrom<readonly Kind[]>('<kinds>', KINDS),
    help: 'only these kinds of finding fail, separated by commas',
  },
  allow: {
    value: texts<Readonly<Partial<Record<Kind, number>>>>('<kind=n>'),
    help: 'let pass up to n of a kind, repeatable',
  },
  gauge: {
    value: texts<string | readonly string[]>('<url#name>'),
    help: 'a number that the server exposes, which must come back too, repeatable',
  },
  where: {
    value: SWITCH,
    help: 'after a failure also say where in the code: which call made what is kept, and which touched it last; of Node, decide memory by what is alive',
    notWith: {
      allowRemote: [
        '--where looks into the server, and --allow-remote tells that it cannot be.',
        'Give one of them.',
      ],
    },
  },
  pprof: {
    value: pageUrl(PPROF),
    help: 'with --where: the pages of net/http/pprof of a server in Go (default: those on the port under test)',
    needs: { where: ['--pprof has no meaning without --where.', `For example --where --pprof ${PPROF}`] },
  },
  allowRemote: {
    value: SWITCH,
    help: 'judge a server whose process cannot be seen, by its gauges alone',
    notWith: {
      command: [
        '--allow-remote judges a server that runs already, by its address; the command behind -- starts another.',
        'Leave out --allow-remote: a server that churn starts can be looked into.',
      ],
    },
  },
} as const satisfies Table;

/** Every option of `run`. */
export const RUN = { ...TARGET, ...START, ...CYCLES, ...SAID, ...JUDGING } as const satisfies Table;

/** Somebody else makes the connections. */
export const WATCHING = {
  duration: {
    value: CYCLES.duration.value,
    help: 'watch for this long; a load that still runs then is ended',
  },
  settle: JUDGING.settle,
  budget: {
    value: JUDGING.budget.value,
    default: '30s',
    help: 'time for running the load again, to confirm growth',
  },
  confirm: { value: SWITCH_THAT_IS_ON, help: 'run the load once and not again' },
  stage: {
    value: textFrom<string | RegExp>('<pattern>'),
    help: "a row for each phase that the load announces in what it prints, named by the first group: '/Phase started: (\\S+)/'",
  },
  strict: JUDGING.strict,
  failOn: JUDGING.failOn,
  allow: JUDGING.allow,
  gauge: JUDGING.gauge,
} as const satisfies Table;

export const WATCH = { ...TARGET, ...WATCHING } as const satisfies Table;

/** Words behind `--`: a server to start, or a load. */
export interface RawCommand {
  /** A program and its arguments, without a shell. It is stopped when the run is over. */
  readonly command?: readonly string[] | undefined;
}

function namesTwo(name: string) {
  return [
    `The first word, or --url, names a server, and --${name} another one.`,
    'Give one of them.',
  ] as const;
}

/** A refusal of `--thorough`, for what gives the load another shape. */
function sameCycles(name: string) {
  return [
    `--${name} does not go with --thorough, which gives every client the same cycles.`,
    `Use --cycles and --budget, or --${name} with one --client.`,
  ] as const;
}

/** The same for what names a client. */
function namesOne(name: string) {
  return [
    `--thorough takes every client in turn, and --${name} names one.`,
    `Leave out --${name}, or --thorough.`,
  ] as const;
}
