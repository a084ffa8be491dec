import type { ClientName } from '../../../src/workload/client-names.js';
import { realServers } from '../../servers/real/registry.js';
import type { Case, Group } from '../case.js';
import { PLAIN_CLIENTS } from './clean-clients.js';

/** Each of these servers would answer to a request of its own only. */
const CLIENTS = PLAIN_CLIENTS.filter(name => !name.startsWith('reply'));

const servers = realServers.map(({ name }) => `real/${name}`);

/** Apache defers accept() until the first byte, so that a client that resets at once never gets to it. */
function verdictOn(server: string, client: ClientName): Case['verdict'] {
  return server.startsWith('real/apache') && client === 'rst' ? 'undecided' : 'pass';
}

/** Programs that nobody here wrote, as they come. An alarm on any of them is a defect of this tool. */
export const real: Group = {
  name: 'real',
  mostJobs: 2,
  cases: [
    ...servers.flatMap(server =>
      CLIENTS.map(
        (client): Case => ({ server, client, verdict: verdictOn(server, client), long: client !== 'fin' }),
      ),
    ),
    ...servers.map(
      (server): Case => ({
        server,
        client: 'fin',
        churn: ['--cycles', '20000'],
        verdict: 'pass',
        long: true,
      }),
    ),
  ],
};
