import type { ClientFinding } from '../../verdict/client/finding.js';
import type { Finding } from '../../verdict/finding.js';
import type { AnyKind, ClientKind, Kind } from '../../verdict/kinds.js';
import { child, zombie } from './child.js';
import { clientFd, closeWait, idle, reuse, unclosed } from './clients.js';
import { crash, restart } from './crash.js';
import { fd } from './fd.js';
import { gauge } from './gauge.js';
import { hang } from './hang.js';
import { reload, sanitizer, shutdown } from './life.js';
import { memory } from './memory.js';
import { refused, reply } from './refused.js';
import { mapping, thread } from './thread.js';
import type { Explanation, KindWords, ServerWords } from './words.js';
import { spin, work } from './work.js';

/** What can be said of a server. Total: a new kind of finding does not compile until it has its words. */
export const SERVER_WORDS: { readonly [K in Kind]: ServerWords<Extract<Finding, { kind: K }>> } = {
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
};

/** What can be said of a client. Total as well. */
const CLIENT_WORDS: { readonly [K in ClientKind]: KindWords<Extract<ClientFinding, { kind: K }>> } = {
  fd: clientFd,
  'close-wait': closeWait,
  unclosed,
  idle,
  reuse,
};

/** The words for a finding about a server. */
export function wordsFor(finding: Finding): ServerWords<Finding> {
  // A finding and the words of its own kind always fit, which the compiler cannot follow.
  return SERVER_WORDS[finding.kind] as ServerWords<never> as ServerWords<Finding>;
}

/** The words for a finding about a client. */
export function clientWordsFor(finding: ClientFinding): KindWords<ClientFinding> {
  return CLIENT_WORDS[finding.kind] as KindWords<never> as KindWords<ClientFinding>;
}

/** The long form of a kind, whoever is judged. */
export function explanationOf(kind: AnyKind): Explanation {
  return ALL_WORDS[kind].explanation;
}

/** Descriptors are found in servers and in clients, and explained once. */
const ALL_WORDS: { readonly [K in AnyKind]: { readonly explanation: Explanation } } = {
  ...CLIENT_WORDS,
  ...SERVER_WORDS,
};
