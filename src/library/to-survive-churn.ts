import type { RunOptions } from './options.js';
import { survivalOf } from './survival.js';

/** What `expect.extend` of vitest and of jest take alike. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * `await expect(server).toSurviveChurn({ cycles: 1000 })`. The message of a failure is the whole report. What could not
 * be tested rejects, also behind `.not`.
 */
export async function toSurviveChurn(received: unknown, options?: RunOptions): Promise<MatcherResult> {
  const { survived, text } = await survivalOf(received, options);
  const wanted = survived ? 'not to survive churn, and it did' : 'to survive churn';
  return { pass: survived, message: () => `expected the server ${wanted}:\n\n${text}` };
}
