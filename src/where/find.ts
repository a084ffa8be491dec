import type { Options } from '../options/run.js';
import type { Runtime } from '../target/runtime.js';
import type { Target } from '../target/target.js';
import type { Finding } from '../verdict/finding.js';
import { findAsleep } from './asleep.js';
import { type Found, unknown } from './found.js';
import { TRACED, type TracedFinding, traceNative } from './native/native.js';

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
  const found = new Map<Finding, Found>();
  const traced = findings.filter(isTraced);
  const isNative = target.runtime === 'native' || target.runtime === 'unknown';
  const hang = findings.find(({ kind }) => kind === 'hang');
  if (traced.length > 0 && isNative && !hang) {
    const tell = await traceNative(target, options, traced, signal);
    for (const finding of traced) found.set(finding, tell(finding));
  }
  if (hang && isNative) {
    const asleep = await findAsleep(target);
    for (const finding of findings)
      if (finding === hang || (finding.kind === 'fd' && finding.connectionsLeft === 0))
        found.set(finding, asleep);
  }
  for (const finding of findings) {
    if (found.has(finding)) continue;
    const sentence = isNative ? undefined : CANNOT[target.runtime];
    if (sentence) found.set(finding, unknown(sentence));
  }
  return found;
}

function isTraced(finding: Finding): finding is TracedFinding {
  return finding.kind in TRACED;
}

/** What cannot be had of a runtime, and what the program could do for it. */
const CANNOT: Partial<Record<Runtime, string>> = {};
