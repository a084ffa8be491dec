import type { ClientName } from '../../../src/workload/client-names.js';
import { realServers } from '../../servers/real/registry.js';
import type { Case, Group } from '../case.js';
import { PLAIN_CLIENTS, SLOW } from './clean-clients.js';

/** Each of these servers would answer to a request of its own only. */
const CLIENTS = PLAIN_CLIENTS.filter(name => !name.startsWith('reply'));

const servers = realServers.map(({ name }) => `real/${name}`);

/** Apache defers accept() until the first byte, so that a client that resets at once never gets to it. */
function verdictOn(server: string, client: ClientName): Case['verdict'] {
  return server.startsWith('real/apache') && client === 'rst' ? 'undecided' : 'pass';
}

/** Its pool of processes fills up for seconds when sixteen slow clients come at a time. */
function budgetOf(server: string): string[] {
  return server === 'real/apache-prefork' ? ['--budget', '60s'] : [];
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
          churn: SLOW.includes(client) ? ['-c', '16', ...budgetOf(server)] : [],
          verdict: verdictOn(server, client),
          long: client !== 'fin',
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
