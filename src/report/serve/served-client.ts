import type { ClientEvidence } from '../../verdict/client/evidence.js';
import type { ClientVerdict } from '../../verdict/client/judge.js';

/** The counts of a client that are told and not judged. */
export interface AccountFacts {
  readonly name: string;
  readonly endedByClient: number;
  readonly endedByServer: number;
  readonly resets: number;
  readonly garbage: number;
  readonly refusedTls: number;
}

export interface ServedClient {
  readonly account: AccountFacts;
  readonly evidence: ClientEvidence;
  readonly verdict: ClientVerdict;
}
