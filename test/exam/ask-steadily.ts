import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Case } from './case.js';
import { examine, type Form } from './examine.js';
import { inParallel } from './in-parallel.js';
import type { Asked, Given } from './steady.js';

/** Enough to leave churn and the server a third of the time of two cores, and to make them wait for it. */
const BUSY_LOOPS = 4;
/** One that has lost its parent ends by itself, however that was ended. */
const LOOP = `
  process.stdout.write('busy');
  for (let round = 0; process.ppid === ${process.pid}; round++) for (let turn = 0; turn < 1e7; turn++);
`;

/** Asks a question several times on the machine as it is, and as often beside busy loops; or says why it cannot be asked. */
export async function askSteadily(
  question: Case,
  times: number,
  jobs: number,
  form: Form,
): Promise<Asked | { readonly skipped: string }> {
  let skipped: string | undefined;
  const ask = async () => {
    const given: Given[] = [];
    await inParallel(Array(times).fill(question), jobs, form.signal, async () => {
      if (skipped !== undefined) return;
      const marked = await examine(question, form);
      if (form.signal.aborted) return;
      if (marked.skipped === undefined) given.push(marked);
      else skipped = marked.skipped;
    });
    return given;
  };
  const idle = await ask();
  if (skipped !== undefined) return { skipped };
  const busy = form.signal.aborted ? [] : await besideBusyLoops(ask);
  return { question, idle, busy };
}

/** Keeps the machine busy for as long as `act` takes. */
async function besideBusyLoops<T>(act: () => Promise<T>): Promise<T> {
  const loops = Array.from({ length: BUSY_LOOPS }, () =>
    spawn(process.execPath, ['-e', LOOP], { stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const endAtOnce = () => {
    for (const loop of loops) loop.kill('SIGKILL');
  };
  process.on('exit', endAtOnce);
  try {
    await Promise.all(loops.map(isBusy));
    return await act();
  } finally {
    endAtOnce();
    process.off('exit', endAtOnce);
    await Promise.all(loops.map(ended));
  }
}

async function isBusy(loop: ChildProcess): Promise<void> {
  if (loop.stdout) await Promise.race([once(loop.stdout, 'data'), once(loop, 'exit')]);
}

async function ended(loop: ChildProcess): Promise<void> {
  if (loop.exitCode === null && loop.signalCode === null) await once(loop, 'exit');
}
