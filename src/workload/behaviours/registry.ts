import type { Behaviour } from '../behaviour.js';
import type { ClientName } from '../client-names.js';
import { byte } from './byte.js';
import { fin } from './fin.js';
import { rst } from './rst.js';

/** Every client behaviour by the name that `--client` takes. */
export const BEHAVIOURS = { fin, rst, byte } as const satisfies Record<ClientName, Behaviour>;
