import type { AnyKind } from '../../../verdict/kinds.js';
import { child } from './child.js';
import { closeWait, idle, reuse, unclosed } from './clients.js';
import { crash } from './crash.js';
import type { Explanation } from './explanation.js';
import { fd } from './fd.js';
import { gauge } from './gauge.js';
import { hang } from './hang.js';
import { reload, sanitizer, shutdown } from './life.js';
import { mapping } from './mapping.js';
import { memory } from './memory.js';
import { refused } from './refused.js';
import { reply } from './reply.js';
import { restart } from './restart.js';
import { spin } from './spin.js';
import { thread } from './thread.js';
import { work } from './work.js';
import { zombie } from './zombie.js';

/** Total: a new kind of finding does not compile until it is explained. */
export const EXPLANATIONS: Readonly<Record<AnyKind, Explanation>> = {
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
  work,
  spin,
  reload,
  shutdown,
  sanitizer,
  gauge,
  'close-wait': closeWait,
  unclosed,
  idle,
  reuse,
} satisfies Record<AnyKind, Explanation>;
