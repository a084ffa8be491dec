import { CLIENT_NAMES } from '../../../src/workload/client-names.js';
import { realServers } from '../../servers/real/registry.js';
import type { Case, Group } from '../case.js';

const servers = realServers.map(({ name }) => `real/${name}`);

/** Programs that nobody here wrote, as they come. An alarm on any of them is a defect of this tool. */
export const real: Group = {
  name: 'real',
  mostJobs: 2,
  cases: [
    ...servers.flatMap(server =>
      CLIENT_NAMES.map((client): Case => ({ server, client, verdict: 'pass', long: client !== 'fin' })),
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
