import type { Options } from '../options/run.js';
import type { Runtime } from '../target/runtime.js';
import type { Target } from '../target/target.js';
import type { Finding } from '../verdict/finding.js';
import { findAsleep } from './asleep.js';
import { type Found, unknown } from './found.js';
import { askGo } from './go/go.js';
import { askJava } from './java/java.js';
import { TRACED, type TracedFinding, traceNative } from './native/native.js';
import { askNode } from './node/node.js';

/**
 * Where in the code of the server each finding lies, as far as that can be found out without changing it. Only of a
 * server that has failed: whoever looks this closely disturbs it. Never rejects for what cannot be had; that is a sentence.
 */
export async function findWhere(
  target: Target,
  options: Options,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Finding, Found>> {
  if (target.runtime === 'jvm') {
    return askJava(target, options, findings, signal);
  }
  const found = new Map<Finding, Found>();
  const traced = findings.filter(isTraced);
  const isNative = ['native', 'unknown', 'go'].includes(target.runtime);
  const hang = findings.find(({ kind }) => kind === 'hang');
  if (traced.length > 0 && isNative && !hang) {
    const tell = await traceNative(target, options, traced, signal);
    for (const finding of traced) found.set(finding, tell(finding));
  }
  if (hang && target.runtime !== 'v8') {
    const asleep = await findAsleep(target, isNative);
    const isToldOf = (finding: Finding) =>
      finding === hang || (isNative && finding.kind === 'fd' && finding.connectionsLeft === 0);
    for (const finding of findings.filter(isToldOf)) found.set(finding, asleep);
  }
  if (target.runtime === 'go' || options.pprof !== undefined) {
    // What strace has seen of threads says more than a sentence, and less than their goroutines.
    for (const [finding, told] of await askGo(target, options, findings, signal))
      if (told.places.length > 0 || !found.has(finding)) found.set(finding, told);
  }
  for (const finding of findings) {
    if (found.has(finding)) continue;
    if (target.runtime === 'v8') {
      found.set(finding, await askNode(target, options, finding, signal));
      continue;
    }
    const sentence = isNative ? NATIVE[finding.kind] : (OTHERS[target.runtime] ?? UNKNOWN);
    if (sentence) found.set(finding, unknown(sentence));
  }
  return found;
}

function isTraced(finding: Finding): finding is TracedFinding {
  return finding.kind in TRACED;
}

/** What a tracer of calls does not see, and who does. */
const NATIVE: Partial<Record<Finding['kind'], string>> = {
  memory:
    'Which line allocates what is kept is told by valgrind or a sanitizer: churn --port auto -- valgrind --leak-check=full ./server.',
};

const UNKNOWN = 'How to look into a server of this language from outside is not known here.';

/** Where a stack of the C library would tell the interpreter's own lines, and what the program could do instead. */
const OTHERS: Partial<Record<Runtime, string>> = {
  cpython:
    'Lines of Python cannot be told from outside: start it with python -X dev -X tracemalloc=10, and each socket or file that is dropped without close() is told with the line that made it.',
  pypy: 'Lines of PyPy cannot be told from outside: start the server with CPython and python -X dev -X tracemalloc=10, which tell the line that made what is dropped.',
  ruby: 'Lines of Ruby cannot be told from outside: ObjectSpace.trace_object_allocations_start, then ObjectSpace.each_object(IO) and allocation_sourceline, tell which line made each socket.',
  beam: 'Lines of the BEAM cannot be told from outside: in its shell, erlang:ports() and erlang:port_info(Port, connected) tell which process holds each socket.',
};
