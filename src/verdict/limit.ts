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
  const { asked, clients = [] } = evidence.own ?? {};
  if (!asked || evidence.far) return [];
  const memory = checks.find(({ kind }) => kind === 'memory');
  const what = asked.isRequest ? undefined : spokenBy(evidence);
  const answered = answersByRoute(evidence).map(({ route }) => route);
  return [
    {
      limit: 'asked',
      clients,
      isRequest: asked.isRequest,
      routes: answered.length > 0 ? answered : asked.routes,
    },
    ...(what ? [{ limit: 'spoken' as const, what }] : []),
    ...(memory === undefined || memory.status === 'not-measured' || memory.bound === undefined
      ? [{ limit: 'memory' as const }]
      : []),
    ...(asked.isIdle ? [] : [{ limit: 'idle' as const }]),
  ];
}
