import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { randomAt } from '../../src/workload/prng.js';
import { compileC, startC } from '../servers/launch.js';
import { churn } from '../support/churn.js';
import { makeMemoryGroup } from './memory-group.js';
import { mutatedReport, renderedWrong } from './mutations.js';
import { optionSet } from './option-sets.js';
import { type Command, countCalls, type Failing, runTrial, shimmed, type Torment } from './trial.js';

/**
 * What happens to churn, and not to a server: system calls that fail, signals at any moment, reports that somebody has
 * changed, every mixture of options, a machine without CPU. Each trial must end in time with a status that is no lie, in
 * words instead of a stack, with nothing left running and nothing half written. What cannot be done on this machine
 * (a cgroup, strace) is skipped, and the table says so.
 *
 *     npm run torture                      1000 faults, 1000 interrupts, 300 reports, 300 sets of options: an hour
 *     npm run torture -- --seconds 40      as much of each as there is time for
 *     npm run torture -- --seed 7 --only faults
 *
 * It prints a table, and of what was wrong the command line and how to do it again.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    only: { type: 'string' },
    width: { type: 'string', default: '2' },
  },
});
const seed = Number(values.seed);
const budgetMs = values.seconds === undefined ? Number.POSITIVE_INFINITY : Number(values.seconds) * 1_000;

const folder = mkdtempSync(join(tmpdir(), 'churn-torture-saved-'));
const clean = await startC('poll');
const leaking = await startC('poll', ['--fault', 'no-close']);
const server = await compileC('poll');
const saved = join(folder, 'saved.json');
await churn(['--port', String(leaking.port), '--cycles', '20', '--budget', '1s', '--save', saved]);

const SHORT = ['--cycles', '60', '--budget', '1s', '--no-progress'];
const COMMANDS: readonly Command[] = [
  {
    name: 'run, clean',
    args: ['--port', `${clean.port}`, ...SHORT, '--save', '{folder}/a.json'],
    may: [0, 2],
  },
  {
    name: 'run, leaking',
    args: ['--port', `${leaking.port}`, ...SHORT, '--save', '{folder}/a.json'],
    may: [0, 1, 2],
  },
  {
    name: 'run, formats',
    args: [
      '--port',
      `${clean.port}`,
      ...SHORT,
      '--reporter',
      'html={folder}/a.html',
      '--reporter',
      'junit={folder}/a.xml',
      '--json',
    ],
    may: [0, 2],
  },
  {
    name: 'run, started',
    args: ['--port', 'auto', ...SHORT, '--server-log', '{folder}/log', '--', server, '--port', '{port}'],
    may: [0, 2],
  },
  {
    name: 'thorough',
    args: ['--port', `${clean.port}`, '--thorough', '--cycles', '10', '--budget', '3s', '--no-progress'],
    may: [0, 2],
  },
  {
    name: 'watch',
    args: [
      'watch',
      '--port',
      `${clean.port}`,
      '--budget',
      '1s',
      '--',
      'sh',
      '-c',
      `for i in 1 2 3; do curl -s -m 1 http://127.0.0.1:${clean.port}/; done`,
    ],
    may: [0, 2],
  },
  {
    name: 'serve',
    args: ['serve', '--', 'curl', '-s', '-m', '5', 'http://127.0.0.1:{port}/[1-3]'],
    may: [0, 2],
  },
  { name: 'inspect', args: ['inspect', '--port', `${clean.port}`, '--json'], may: [0, 2] },
  { name: 'render', args: ['render', saved, '--reporter', 'markdown={folder}/a.md'], may: [1, 2] },
  { name: 'compare', args: ['compare', saved, saved], may: [0, 2] },
  { name: 'guide', args: ['guide', 'serve'], may: [0, 2] },
  { name: 'explain', args: ['explain', 'fd'], may: [0, 2] },
];

/** Calls that fail, with what, and how many of them there are about in a short run. */
const FAULTS: ReadonlyArray<readonly [call: string, errors: ReadonlyArray<Failing['error']>, most: number]> =
  [
    ['open', ['EMFILE', 'ENFILE', 'ENOMEM', 'EIO'], 600],
    ['write', ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO', 'EPIPE'], 12],
    ['rename', ['ENOSPC', 'EROFS', 'EIO'], 2],
    ['socket', ['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS'], 120],
    ['fork', ['EAGAIN', 'ENOMEM'], 4],
    ['thread', ['EAGAIN', 'ENOMEM'], 1],
  ];

/** Calls that are made directly, past every library: strace has them fail. From Node's own start on, which makes so many. */
const DIRECT: ReadonlyArray<readonly [call: string, errors: readonly string[], most: number]> = [
  ['connect', ['EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'], 100],
  ['bind', ['EADDRINUSE', 'EACCES', 'ENOMEM'], 8],
  ['listen', ['EADDRINUSE', 'EACCES'], 8],
  ['accept4', ['EMFILE', 'ENFILE', 'ENOMEM', 'ECONNABORTED'], 20],
  ['getdents64', ['EIO', 'ENOMEM', 'ENOENT'], 100],
  ['readlink', ['ENOMEM', 'EACCES', 'ENOENT', 'EIO'], 100],
  ['statx', ['ENOMEM', 'EACCES', 'EIO'], 100],
  ['getsockname', ['ENOBUFS'], 100],
];

interface Section {
  readonly name: string;
  readonly count: number;
  /** Why it cannot be made here. */
  readonly skipped?: string | undefined;
  /** What a single trial may take. */
  readonly longMs?: number;
  /** What was wrong with the trial of that number; undefined: it was not made. */
  readonly trial: (at: number) => Promise<string | undefined | 'none'>;
}

const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
const probe = makeMemoryGroup(64 * 1_048_576);
const canGroup = probe !== undefined;
await probe?.remove();

/** How often a call is made before churn has anything to do. */
const callsAtStart = async (call: string): Promise<number> => {
  const known = atStart.get(call) ?? countCalls(call, ['--version']);
  atStart.set(call, known);
  return known;
};
const atStart = new Map<string, Promise<number>>();

const draw = (at: number, what: number) => randomAt(seed + what, at);
const one = <T>(all: readonly T[], share: number): T => all[Math.floor(share * all.length)] as T;
const longest = new Map<string, number>();

async function judged(
  section: string,
  command: Command,
  torment: Torment,
  how: string,
): Promise<string | undefined> {
  const { wrong, stderr, stdout, tookMs } = await runTrial(command, torment);
  longest.set(section, Math.max(longest.get(section) ?? 0, tookMs));
  const proof =
    command.name.includes('leaking') && /0 leak|no leak/.test(stdout) ? 'a false proof' : undefined;
  const what = wrong ?? proof;
  return (
    what &&
    `${command.name}, ${how}: ${what} ${/^(FAIL|.*✖).*$/m.exec(stdout)?.[0] ?? ''}\n    churn ${command.args.join(' ')}\n    ${stderr.trim().split('\n').slice(-6).join('\n    ')}`
  );
}

const SECTIONS: readonly Section[] = [
  {
    name: 'faults',
    count: 1_000,
    trial: async at => {
      const [call, errors, most] = one(FAULTS, draw(at, 1));
      const command = one(COMMANDS, draw(at, 2));
      const error = one(errors, draw(at, 3));
      const nth = 1 + Math.floor(most ** draw(at, 4));
      const once = draw(at, 5) < 0.5;
      const env = await shimmed({ call, nth, once, error });
      return judged(
        'faults',
        command,
        { env },
        `${call} ${once ? 'number' : 'from'} ${nth} fails with ${error}`,
      );
    },
  },
  {
    name: 'direct',
    count: 200,
    skipped: canTrace ? undefined : 'no strace, or no right to trace',
    trial: async at => {
      const [call, errors, most] = one(DIRECT, draw(at, 1));
      const command = one(COMMANDS, draw(at, 2));
      const error = one(errors, draw(at, 3));
      const nth = Math.floor(most ** draw(at, 4));
      const once = draw(at, 5) < 0.5;
      const when = `${nth + (await callsAtStart(call))}${once ? '' : '+'}`;
      const how = ['-e', `trace=${call}`, '-e', `inject=${call}:error=${error}:when=${when}`];
      return judged(
        'direct',
        command,
        { through: ['strace', '-D', '-qqq', '-o', '/dev/null', '-e', 'signal=none', ...how] },
        how.join(' '),
      );
    },
  },
  {
    name: 'interrupts',
    count: 1_000,
    trial: at => {
      const name = one(['SIGINT', 'SIGTERM', 'SIGHUP'] as const, draw(at, 1));
      const command = one(COMMANDS, draw(at, 2));
      const afterMs = Math.round(draw(at, 3) * 2_500);
      const may = [...command.may, 128 + constants.signals[name]];
      return judged(
        'interrupts',
        { ...command, may },
        { signal: { name, afterMs } },
        `${name} after ${afterMs} ms`,
      );
    },
  },
  {
    name: 'reports',
    count: 300,
    trial: async at => {
      const text = mutatedReport(seed + at);
      if (text === undefined) return 'none';
      const wrong = await renderedWrong(text);
      return wrong && `${wrong}\n    ${text.slice(0, 300)}`;
    },
  },
  {
    name: 'options',
    count: 300,
    trial: async at => {
      const args = optionSet(clean.port, seed + at);
      if (args === undefined) return 'none';
      const command = { name: 'run', args: [...args, '--no-progress'], may: [0, 2, 3] };
      return judged('options', command, {}, 'options');
    },
  },
  {
    name: 'nice 19 beside four loops',
    longMs: 100_000,
    count: 10,
    trial: async at => {
      const loops = Array.from({ length: 4 }, () => new Worker('for (;;);', { eval: true }));
      try {
        return await judged(
          'nice 19 beside four loops',
          one(COMMANDS.slice(0, 2), draw(at, 2)),
          { through: ['nice', '-n', '19'] },
          'nice 19',
        );
      } finally {
        await Promise.all(loops.map(loop => loop.terminate()));
      }
    },
  },
  {
    name: 'memory of a cgroup',
    count: 40,
    skipped: canGroup ? undefined : 'no cgroup may be made here',
    trial: async at => {
      const mib = Math.round(40 * 5 ** draw(at, 3));
      const group = makeMemoryGroup(mib * 1_048_576);
      if (!group) return 'the cgroup could not be made';
      const { through, hasKilled } = group;
      try {
        return await judged(
          'memory of a cgroup',
          one(COMMANDS, draw(at, 2)),
          { through, hasKilled },
          `${mib} MiB`,
        );
      } finally {
        await group.remove();
      }
    },
  },
  {
    name: 'one core',
    count: 10,
    trial: at =>
      judged(
        'one core',
        one(COMMANDS.slice(0, 7), draw(at, 2)),
        { through: ['taskset', '-c', '0'] },
        'one core',
      ),
  },
];

const wanted = SECTIONS.filter(({ name }) => values.only === undefined || name.startsWith(values.only));
const shares: Readonly<Record<string, number>> = { faults: 5, direct: 2, interrupts: 4, options: 3 };
const whole = wanted.reduce((sum, { name }) => sum + (shares[name] ?? 1), 0);
const rows: string[][] = [];
const wrongs: string[] = [];
for (const { name, count, skipped, longMs = 0, trial } of wanted) {
  const shareMs = (budgetMs * (shares[name] ?? 1)) / whole;
  const why = skipped ?? (shareMs < longMs ? `one takes up to ${longMs / 1_000} s` : undefined);
  if (why !== undefined) {
    rows.push([name, 'skipped', '', why]);
    continue;
  }
  const untilMs = performance.now() + shareMs;
  let [next, made, wrong] = [0, 0, 0];
  await Promise.all(
    Array.from({ length: name.startsWith('nice') ? 1 : Number(values.width) }, async () => {
      while (made < count && performance.now() < untilMs) {
        const at = next++;
        const what = await trial(at);
        if (what === 'none') continue;
        made++;
        if (what === undefined) continue;
        wrong++;
        wrongs.push(`${name} ${at}: ${what}`);
        process.stderr.write(`${wrongs.at(-1)}\n`);
      }
    }),
  );
  rows.push([name, String(made), String(wrong), `${((longest.get(name) ?? 0) / 1_000).toFixed(1)} s`]);
}
await clean.stop();
await leaking.stop();
rmSync(folder, { recursive: true, force: true });
const table = [['', 'trials', 'wrong', 'longest'], ...rows];
const widths = [0, 1, 2, 3].map(column => Math.max(...table.map(row => row[column]?.length ?? 0)));
for (const row of table) {
  process.stdout.write(
    `${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('   ')}\n`,
  );
}
process.stdout.write(`seed ${seed}\n`);
process.exit(wrongs.length === 0 ? 0 : 1);
