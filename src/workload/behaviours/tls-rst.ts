import type { Behaviour } from '../behaviour.js';
import type { Script } from '../script.js';
import { tlsLayer } from '../tls-layer.js';

/** Connect, whole handshake, reset: no close_notify. */
export function tlsRstOf(script: Script): Behaviour {
  const over = tlsLayer(script.tls);
  return (cycle, stage) => over(cycle, stage, () => cycle.socket.resetAndDestroy());
}
