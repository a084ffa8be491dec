import type { Kind } from '../../../verdict/finding.js';
import { child } from './child.js';
import { crash } from './crash.js';
import type { Explanation } from './explanation.js';
import { fd } from './fd.js';
import { gauge } from './gauge.js';
import { hang } from './hang.js';
import { mapping } from './mapping.js';
import { memory } from './memory.js';
import { refused } from './refused.js';
import { reply } from './reply.js';
import { restart } from './restart.js';
import { sanitizer } from './sanitizer.js';
import { thread } from './thread.js';
import { zombie } from './zombie.js';

/** Total: a new kind of finding does not compile until it is explained. */
export const EXPLANATIONS: Readonly<Record<Kind, Explanation>> = {
  crash,
  hang,
  refused,
  reply,
  restart,
  fd,
  zombie,
  child,
  thread,
  mapping,
  memory,
  sanitizer,
  gauge,
} satisfies Record<Kind, Explanation>;
