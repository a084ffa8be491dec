import { listTcpListeners } from '../target/listener.js';

/** How many sockets listen on a port now, whoever they belong to. */
export function readListenersOn(port: number): number {
  return listTcpListeners('self').filter(listener => listener.port === port).length;
}
