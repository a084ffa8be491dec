import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../../options/run.js';
import { livingProcesses } from '../../sampler/snapshot.js';
import { runtimeOf } from '../../target/runtime.js';
import type { Target } from '../../target/target.js';
import type { Finding } from '../../verdict/finding.js';
import { guiltyClients, NO_ROOM, openCycles, roomFor } from '../cycles.js';
import { type Found, type Place, unknown } from '../found.js';
import { type Census, type Censuses, grownInBoth } from '../growth.js';
import { Sources } from '../source.js';
import { isOfTheJdk, parseHistogram } from './classes.js';
import { askJvm, NoJcmd } from './jcmd.js';
import { Recording } from './recording.js';
import { JavaSourceFiles } from './source-files.js';
import { ThreadGroups } from './thread-groups.js';
import { type JavaThread, parseThreads } from './thread-print.js';
import { keptPorts, touchedLast } from './touched.js';

/** What is asked of a JVM for each kind of finding. The histogram is taken after a full collection. */
const ASKED = {
  memory: ['GC.class_histogram'],
  thread: ['Thread.print'],
  fd: ['GC.class_histogram', 'Thread.print'],
  hang: ['Thread.print'],
} as const satisfies Partial<Record<Finding['kind'], readonly string[]>>;

type AskedFinding = Extract<Finding, { kind: keyof typeof ASKED }>;

/**
 * What a JVM says of itself before, between and after two batches of further cycles: which classes have more objects, and
 * where the threads stand that stayed. Of one that hangs it is asked once.
 */
export async function askJava(
  target: Target,
  options: Options,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Finding, Found>> {
  const asked = findings.filter(isAsked);
  const hang = asked.find(({ kind }) => kind === 'hang');
  try {
    if (hang) return new Map([[hang, await standing(target)]]);
    if (asked.length === 0) return new Map();
    const tell = await lookTwice(target, options, asked, signal);
    return new Map(asked.map(finding => [finding, tell(finding)]));
  } catch (error) {
    if (!(error instanceof NoJcmd)) throw error;
    return new Map(asked.map(finding => [finding, unknown(error.message)]));
  }
}

interface Look {
  readonly classes: Census;
  readonly threads: readonly JavaThread[];
}

async function lookTwice(
  target: Target,
  options: Options,
  findings: readonly AskedFinding[],
  signal: AbortSignal,
): Promise<(finding: AskedFinding) => Found> {
  const count = Math.min(CYCLES, roomFor(findings, 4));
  if (count < LEAST_CYCLES) return () => unknown(NO_ROOM);
  const commands = [...new Set(findings.flatMap(({ kind }) => [...ASKED[kind]]))];
  const [pid = 0] = pidsOf(target);
  const before = await look(target, commands);
  const most = AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]);
  const cycles = await openCycles(target, options, guiltyClients(findings, options), most);
  const first = await cycles.make(count);
  await sleep(SETTLE_MS);
  const between = await look(target, commands);
  const recording = findings.some(({ kind }) => kind === 'fd') ? await Recording.start(pid) : undefined;
  try {
    const second = await cycles.make(count);
    await sleep(SETTLE_MS);
    const after = await look(target, commands);
    const events = (await recording?.events()) ?? [];
    const [files, sources] = [new JavaSourceFiles(pid), new Sources()];
    const touched = touchedLast(events, keptPorts(target), files, sources);
    const groups = new ThreadGroups(after.threads, files, sources);
    const threads = groups.grown([before.threads, between.threads], Math.min(first, second));
    const classes = grownClasses([before.classes, between.classes, after.classes], [first, second]);
    return ({ kind }) => {
      if (kind === 'thread') return { places: threads, remarks: threads.length > 0 ? [] : [NO_THREADS] };
      const seen = kind === 'fd' ? [...threads, ...touched] : [];
      if (seen.length > 0) return { places: seen, remarks: [] };
      return {
        places: classes,
        remarks: classes.length === 0 ? [NO_CLASSES] : kind === 'fd' ? [NO_LINES] : [],
      };
    };
  } finally {
    await recording?.stop();
  }
}

/** The program's own classes before those that they are made of. */
function grownClasses(censuses: Censuses, [first, second]: readonly [number, number]): Place[] {
  const grown = grownInBoth(censuses, Math.min(first, second));
  const cycles = first + second;
  const own = grown.filter(({ key }) => !isOfTheJdk(key));
  return [...own, ...grown.filter(({ key }) => isOfTheJdk(key))]
    .slice(0, MOST_CLASSES)
    .map(({ key, count, bytes }) => ({
      count,
      of: count,
      what: key,
      made: null,
      last: null,
      letGo: null,
      kept: [`${rounded(count / cycles)} on each cycle, ${rounded(bytes / cycles)} bytes`],
    }));
}

async function standing(target: Target): Promise<Found> {
  const { threads } = await look(target, ASKED.hang);
  const groups = new ThreadGroups(threads, new JavaSourceFiles(pidsOf(target)[0] ?? 0), new Sources());
  return { places: groups.all(), remarks: [] };
}

async function look(target: Target, commands: readonly string[]): Promise<Look> {
  const pids = pidsOf(target);
  if (pids.length === 0) throw new NoJcmd('The server has ended, so its JVM cannot be asked.');
  const texts = await Promise.all(pids.map(pid => askJvm(pid, commands)));
  const text = texts.join('\n');
  return { classes: parseHistogram(text), threads: parseThreads(text) };
}

function pidsOf({ roots }: Target): number[] {
  return livingProcesses(roots.map(({ pid }) => pid))
    .map(({ pid }) => pid)
    .filter(pid => runtimeOf([pid]) === 'jvm')
    .slice(0, MOST_PROCESSES);
}

function isAsked(finding: Finding): finding is AskedFinding {
  return finding.kind in ASKED;
}

function rounded(number: number): number {
  return Number(number.toFixed(1));
}

const NO_THREADS =
  'No thread that runs Java code stayed on the further cycles: it is one of the JVM itself, or of a library in C.';
const NO_CLASSES =
  'No class has more objects after the further cycles, so what grew is outside of the heap. Start the server with -XX:NativeMemoryTracking=summary, and jcmd PID VM.native_memory tells which part of the JVM it is.';
const NO_LINES = 'A JVM does not tell which line made a descriptor: these are the objects that stay with it.';
const CYCLES = 200;
const LEAST_CYCLES = 4;
const MOST_CLASSES = 5;
const MOST_PROCESSES = 4;
const MOST_MS = 15_000;
const SETTLE_MS = 300;
