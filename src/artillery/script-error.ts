import { ChurnError } from '../errors.js';

/** Artillery shows the message of an error and no more: the hint stands in it. */
export function scriptError(
  sentence: string,
  hint = 'churn guide many-machines has an example.',
): ChurnError {
  return new ChurnError('usage', `${sentence} ${hint}`, hint);
}
