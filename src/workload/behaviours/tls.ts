import { ask } from '../ask.js';
import type { Behaviour } from '../behaviour.js';
import type { Script } from '../script.js';
import { untilServerCloses } from '../stage.js';
import { tlsLayer } from '../tls-layer.js';

/**
 * Connect, whole handshake, close_notify and FIN, read until the server closes as well: session tickets that nobody
 * reads would make a reset of the end. With a request, that is sent and its answer waited for in between.
 */
export function tlsOf(script: Script): Behaviour {
  const over = tlsLayer(script.tls);
  return (cycle, stage) =>
    over(cycle, stage, channel => {
      const end = () => {
        channel.end();
        untilServerCloses(cycle, stage, channel);
      };
      if (script.meant) ask(cycle, stage, end, channel);
      else end();
    });
}
