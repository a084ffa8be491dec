import { talk } from './ask.js';
import type { ClientName } from './client-names.js';
import type { Cycle } from './cycle.js';
import {
  type Behaviour,
  type CycleContext,
  closeSoon,
  closeWhenQuiet,
  later,
  untilServerCloses,
} from './cycle-context.js';
import { firstHalf, requestBytes, type Script } from './script.js';
import type { ClientMix } from './workload.js';

/**
 * Connect, then close as close(2) does. What has arrived is read first: a close with unread data sends RST, not FIN
 * (97 of 200 against a server that greets). A RST that our kernel sends for data that comes later is no fault of ours.
 */
export const fin: Behaviour = (cycle, context) => closeSoon(cycle, context);

/** Connect, then reset: close(2) with SO_LINGER at zero. The server's next read fails with ECONNRESET. */
const rst: Behaviour = ({ socket }, { turns }) => {
  turns.afterNextPoll(() => socket.resetAndDestroy());
};

/**
 * Connect, shut down for writing, and read until the server closes its side as well. On the wire it differs from `fin`
 * only in who is still there when the server writes: nothing is answered with a reset.
 */
const half: Behaviour = (cycle, context) => {
  cycle.socket.end();
  untilServerCloses(cycle, context);
};

/** Connect, send one byte, close without waiting for an answer. A server that answers writes to a client that has gone. */
const byte: Behaviour = ({ socket }, { turns }) => {
  socket.write('x', () => turns.afterNextPoll(() => socket.destroy()));
};

/** Connect, send one byte, reset. The server may read the byte before it learns of the reset, or not. */
const byteRst: Behaviour = ({ socket }, { turns }) => {
  socket.write('x', () => turns.afterNextPoll(() => socket.resetAndDestroy()));
};

/** Connect, send the first half of a request, close. */
const partial: Behaviour = (cycle, context) => {
  cycle.socket.write(firstHalf(context.script, cycle.connection), () => closeSoon(cycle, context));
};

/** Connect, send the first half of a request, reset. */
const partialRst: Behaviour = ({ socket, connection }, { script, turns }) => {
  socket.write(firstHalf(script, connection), () => turns.afterNextPoll(() => socket.resetAndDestroy()));
};

/** Connect, send a request, wait for the answer, close. */
const reply: Behaviour = (cycle, context) => {
  talk(cycle, context, () => closeWhenQuiet(cycle, context));
};

/** Connect, send a request, reset with the first bytes of the answer: the server is still writing, or has just written. */
const replyRst: Behaviour = (cycle, context) => {
  talk(cycle, context, () => cycle.socket.resetAndDestroy(), cycle.socket, true);
};

/** Connect, say nothing for a while, close: the server has long accepted, and waits, when the end comes. */
const idle: Behaviour = (cycle, { script }) => {
  cycle.closing = true;
  later(cycle, script.waitMs, () => cycle.socket.destroy());
};

/** Connect, send three bytes of a request one by one with a while between them, close. */
const drip: Behaviour = (cycle, context) => {
  cycle.closing = true;
  // Without Nagle's algorithm, which keeps a byte back until the one before it is acknowledged.
  cycle.socket.setNoDelay(true);
  sendFrom(0, cycle, context);
};

function sendFrom(at: number, cycle: Cycle, context: CycleContext): void {
  const { waitMs } = context.script;
  const request = requestBytes(context.script, cycle.connection);
  const byte = request.subarray(at, at + 1);
  if (at + 1 >= Math.min(BYTES, request.length)) {
    cycle.socket.write(byte, () => closeSoon(cycle, context));
    return;
  }
  cycle.socket.write(byte);
  later(cycle, waitMs, () => sendFrom(at + 1, cycle, context));
}

const BYTES = 3;

/** Makes a behaviour ready for the cycles of a run. */
type Prepare = (script: Script) => Behaviour | Promise<Behaviour>;

/**
 * Every client behaviour by the name that `--client` takes. Those that need node:tls, which costs a plain run more than
 * all else that it loads, are loaded when they are named.
 */
const BEHAVIOURS = {
  fin: () => fin,
  rst: () => rst,
  half: () => half,
  byte: () => byte,
  'byte-rst': () => byteRst,
  partial: () => partial,
  'partial-rst': () => partialRst,
  reply: async script => (script.isSecure ? (await import('./tls-behaviours.js')).tlsOf(script) : reply),
  'reply-rst': async script =>
    script.isSecure ? (await import('./tls-behaviours.js')).tlsReplyRstOf(script) : replyRst,
  idle: () => idle,
  drip: () => drip,
  tls: async script => (await import('./tls-behaviours.js')).tlsOf(script),
  'tls-abort': async script => (await import('./tls-behaviours.js')).tlsAbortOf(script),
  'tls-rst': async script => (await import('./tls-behaviours.js')).tlsRstOf(script),
  ws: async script => (await import('./web-behaviours.js')).wsOf(script),
  'ws-rst': async script => (await import('./web-behaviours.js')).wsRstOf(script),
  sse: async script => (await import('./web-behaviours.js')).sseOf(script),
  h2: async script => (await import('./http2-behaviours.js')).h2Of(script),
  'h2-rst': async script => (await import('./http2-behaviours.js')).h2RstOf(script),
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

/** What the client of a connection does. Nothing is asked for a connection where all clients do the same. */
export function behaviourOf(cast: ClientMix, behaviours: Behaviours): (connection: number) => Behaviour {
  const of = (client: ClientName) => {
    const behaviour = behaviours.get(client);
    if (!behaviour) throw new Error(`the client ${client} was not prepared`);
    return behaviour;
  };
  if (cast.isMixed) return connection => of(cast.clientOf(connection));
  const only = of(cast.clientOf(1));
  return () => only;
}
