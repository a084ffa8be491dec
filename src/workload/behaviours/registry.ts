import type { Behaviour } from '../behaviour.js';
import type { ClientName } from '../client-names.js';
import type { Script } from '../script.js';
import { byte } from './byte.js';
import { byteRst } from './byte-rst.js';
import { drip } from './drip.js';
import { fin } from './fin.js';
import { half } from './half.js';
import { idle } from './idle.js';
import { partial } from './partial.js';
import { partialRst } from './partial-rst.js';
import { reply } from './reply.js';
import { replyRst } from './reply-rst.js';
import { rst } from './rst.js';

/** Makes a behaviour ready for the cycles of a run. */
type Prepare = (script: Script) => Behaviour | Promise<Behaviour>;

/** Every client behaviour by the name that `--client` takes. Those that need node:tls are loaded when they are named. */
const BEHAVIOURS = {
  fin: () => fin,
  rst: () => rst,
  half: () => half,
  byte: () => byte,
  'byte-rst': () => byteRst,
  partial: () => partial,
  'partial-rst': () => partialRst,
  reply: () => reply,
  'reply-rst': () => replyRst,
  idle: () => idle,
  drip: () => drip,
  tls: async script => (await import('./on-demand.js')).tlsOf(script),
  'tls-abort': async script => (await import('./on-demand.js')).tlsAbortOf(script),
  'tls-rst': async script => (await import('./on-demand.js')).tlsRstOf(script),
} as const satisfies Record<ClientName, Prepare>;

export type Behaviours = ReadonlyMap<ClientName, Behaviour>;

/** The behaviours of these names, ready to be used. */
export async function prepareBehaviours(names: readonly ClientName[], script: Script): Promise<Behaviours> {
  const prepared = new Map<ClientName, Behaviour>();
  for (const name of names) {
    const prepare: Prepare = BEHAVIOURS[name];
    prepared.set(name, await prepare(script));
  }
  return prepared;
}
