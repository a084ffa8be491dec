import type { ClientName } from '../../../src/workload/client-names.js';
import { realServers } from '../../servers/real/registry.js';
import type { Case, Group } from '../case.js';
import { PLAIN_CLIENTS, SLOW } from './clean-clients.js';

/** Each of these servers would answer to a request of its own only. */
const CLIENTS = PLAIN_CLIENTS.filter(name => !name.startsWith('reply'));

/** Whose package is too heavy to be installed for every run of CI. */
const LONG = realServers.filter(({ long }) => long).map(({ name }) => `real/${name}`);
const servers = realServers.map(({ name }) => `real/${name}`);

/** Apache and unicorn defer accept() until the first byte, so that a client that resets at once never gets to it. */
function verdictOn(server: string, client: ClientName): Case['verdict'] {
  return /^real\/(apache|unicorn)/.test(server) && client === 'rst' ? 'undecided' : 'pass';
}

/**
 * Pools that fill up for seconds: of processes in Apache when sixteen slow clients come at a time, of threads in Mono and in
 * ocsigen with any client. Python's own server starts a thread for each connection: the 8000 that a slow
 * machine makes in 20 s leave its memory undecided.
 */
function budgetOf(server: string, client: ClientName): string[] {
  const isPatient =
    server === 'real/apache-prefork'
      ? SLOW.includes(client)
      : /^real\/(mono|ocsigen|python-http)/.test(server);
  return isPatient ? ['--budget', '60s'] : [];
}

/** Programs that nobody here wrote, as they come. An alarm on any of them is a defect of this tool. */
export const real: Group = {
  name: 'real',
  mostJobs: 2,
  cases: [
    ...servers.flatMap(server =>
      CLIENTS.map(
        (client): Case => ({
          server,
          client,
          churn: [...(SLOW.includes(client) ? ['-c', '16'] : []), ...budgetOf(server, client)],
          verdict: verdictOn(server, client),
          long: client !== 'fin' || LONG.includes(server),
        }),
      ),
    ),
    ...servers.map(
      (server): Case => ({
        server,
        client: 'fin',
        churn: ['--cycles', '20000', '--budget', '60s'],
        verdict: 'pass',
        long: true,
      }),
    ),
  ],
};
