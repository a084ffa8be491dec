import type { Manner } from '../exchange.js';
import type { AnswerManner } from '../manner-names.js';
import { close } from './close.js';
import { delay } from './delay.js';
import { halfClose } from './half-close.js';
import { ok } from './ok.js';
import { redirect } from './redirect.js';
import { reset } from './reset.js';
import { resetAfter } from './reset-after.js';
import { resetBefore } from './reset-before.js';
import { silent } from './silent.js';
import { slowBody } from './slow-body.js';
import { slowClose } from './slow-close.js';
import { status } from './status.js';

/** Total: a manner without its code does not compile. */
export const MANNERS: Readonly<Record<AnswerManner, Manner>> = {
  ok,
  delay,
  'slow-body': slowBody,
  'slow-close': slowClose,
  reset,
  'reset-before': resetBefore,
  'reset-after': resetAfter,
  close,
  'half-close': halfClose,
  silent,
  status,
  redirect,
} satisfies Record<AnswerManner, Manner>;
