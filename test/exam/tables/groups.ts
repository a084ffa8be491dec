import type { Group } from '../case.js';
import { cClean } from './c-clean.js';
import { cFaults } from './c-faults.js';
import { innocents } from './innocents.js';
import { real } from './real.js';
import { runtimes } from './runtimes.js';
import { thorough } from './thorough.js';
import { tls } from './tls.js';

/** In the order in which they are asked. */
export const GROUPS: readonly Group[] = [cClean, cFaults, innocents, runtimes, tls, thorough, real];
