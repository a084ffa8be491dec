import { plural } from '../../units.js';
import type { ClientFinding } from '../../verdict/client/finding.js';
import type { ClientVerdict } from '../../verdict/client/judge.js';
import { madeByClients, proofOf } from '../proof.js';
import { clientWordsFor } from './words.js';

interface Summarized {
  readonly verdict: ClientVerdict['verdict'];
  readonly clean: boolean;
  readonly interrupted: boolean;
  readonly clients: ReadonlyArray<{
    readonly evidence: { readonly requests: number; readonly connections: number };
    readonly verdict: ClientVerdict;
  }>;
  readonly allowed: ClientVerdict['allowed'];
  readonly dropped: number;
}

/** The verdict in one line. Numbers of what is held stand behind a colon: only a clean run may say that there are none. */
export function summarizeServe({
  verdict,
  clean,
  interrupted,
  clients,
  allowed,
  dropped,
}: Summarized): string {
  const made = madeByClients(clients.map(({ evidence }) => evidence));
  if (verdict === 'fail') return `FAIL  ${made}, ${faults(clients)}`;
  if (interrupted) return `INTERRUPTED  ${made}, nothing proved`;
  if (dropped > 0) return `UNDECIDED  ${made}, not taken for lack of descriptors: ${dropped}`;
  if (verdict === 'undecided') return `UNDECIDED  ${made}, ${doubts(clients)}`;
  if (!clean)
    return `PASS  ${made}, allowed: ${allowed.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`;
  return proofOf(made);
}

/** Kinds that were not decided, for want of CPU here; else it is the client's side that was not seen. */
function doubts(clients: Summarized['clients']): string {
  const checks = clients.flatMap(({ verdict }) => verdict.checks);
  const kinds = new Set(checks.filter(({ status }) => status === 'undecided').map(({ kind }) => kind));
  if (kinds.size === 0) return "the client's descriptors could not be seen";
  return `not decided: ${[...kinds].join(', ')}, as this server lacked CPU`;
}

function faults(clients: Summarized['clients']): string {
  const failing = clients.filter(({ verdict }) => verdict.verdict === 'fail');
  if (failing.length > 1) return `${plural(failing.length, 'client')} at fault`;
  return failing
    .flatMap(({ verdict }) => verdict.findings)
    .filter(({ severity }) => severity === 'fail')
    .map(faultOf)
    .join(', ');
}

function faultOf(finding: ClientFinding): string {
  const words = clientWordsFor(finding.kind) as { readonly fault: (of: ClientFinding) => string };
  return words.fault(finding);
}
