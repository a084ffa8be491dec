import type { Group } from '../case.js';
import { cClean } from './c-clean.js';
import { cFaults } from './c-faults.js';
import { checkers } from './checkers.js';
import { innocents } from './innocents.js';
import { lateClosers } from './late-closers.js';
import { longLanguages } from './long-languages.js';
import { real } from './real.js';
import { runtimes } from './runtimes.js';
import { thorough } from './thorough.js';
import { tls } from './tls.js';

/** In the order in which they are asked: the slow ones first, or the end is a wait for one of them. */
export const GROUPS: readonly Group[] = [
  runtimes,
  lateClosers,
  longLanguages,
  cFaults,
  cClean,
  innocents,
  tls,
  thorough,
  real,
  checkers,
];
