import { CLIENT_NAMES, FACTS } from '../workload/client-names.js';
import { answersByRoute } from './answers.js';
import type { Evidence } from './evidence.js';
import type { Check } from './finding.js';
import { type Spoken, spokenBy } from './spoken.js';

/** What a proof does not prove: facts, whose words are in `report/limits.ts`. */
export type Limit =
  | {
      readonly limit: 'asked';
      readonly clients: readonly string[];
      /** Some of them sent a whole request; these routes, where it was HTTP. */
      readonly isRequest: boolean;
      readonly routes: readonly string[];
    }
  /** It was asked for nothing in the language that it speaks. */
  | { readonly limit: 'spoken'; readonly what: Spoken }
  | { readonly limit: 'memory' }
  /** No client stayed without a word. */
  | { readonly limit: 'idle' };

/** Of a run that passes and made its own connections. */
export function limitsOf(evidence: Evidence, checks: readonly Check[]): Limit[] {
  const { asked, clients, hold } = evidence;
  if (!asked) return [];
  const memory = checks.find(({ kind }) => kind === 'memory');
  const waits = hold !== undefined || clients.some(name => FACTS[name].pauses > 0);
  const what = asked.isRequest ? undefined : spokenBy(evidence);
  const answered = answersByRoute(evidence).map(({ route }) => route);
  return [
    {
      limit: 'asked',
      clients: clients.length === CLIENT_NAMES.length ? [] : clients,
      isRequest: asked.isRequest,
      routes: answered.length > 0 ? answered : asked.routes,
    },
    ...(what ? [{ limit: 'spoken' as const, what }] : []),
    ...(memory === undefined || memory.status === 'not-measured' || memory.bound === undefined
      ? [{ limit: 'memory' as const }]
      : []),
    ...(waits ? [] : [{ limit: 'idle' as const }]),
  ];
}
