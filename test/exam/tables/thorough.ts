import type { RowName } from '../../../src/verdict/rows.js';
import { type ClientName, USUAL_CLIENTS } from '../../../src/workload/client-names.js';
import type { Case, Group } from '../case.js';

const RESETS: readonly ClientName[] = ['rst', 'byte-rst', 'partial-rst', 'reply-rst'];
/**
 * They close with FIN, but an echo that meets them before they have read it makes a reset of that on some cycles: a
 * close with unread data is one. They are among those that come together.
 */
const AT_TIMES_RESET: readonly RowName[] = ['byte', 'partial', 'drip', 'mixed'];
const SPEAKING: readonly ClientName[] = [
  'byte',
  'byte-rst',
  'partial',
  'partial-rst',
  'reply',
  'reply-rst',
  'drip',
];
const SILENT: readonly ClientName[] = ['fin', 'rst', 'half', 'idle'];

/** Faults that only some behaviours reveal, and which. */
const SHOWS: Readonly<Record<string, NonNullable<Case['thorough']>>> = {
  'no-close-rst': { fails: RESETS, may: AT_TIMES_RESET },
  'no-close-half': { fails: ['half'] },
  'no-close-data': { fails: SPEAKING },
  'no-close-empty': { fails: SILENT },
};
const MODELS = ['poll', 'epoll', 'thread', 'prefork_epoll'];
const REAL = [
  'real/redis',
  'real/nginx',
  'real/nginx-tls',
  'real/haproxy',
  'real/postgres',
  'real/sshd',
  'real/apache-event',
];

const fails = { client: 'fin', verdict: 'fail', kinds: ['fd'] } as const;

/** Every client in turn: the right rows have to be named, and only those. */
export const thorough: Group = {
  name: 'thorough',
  mostJobs: 2,
  cases: [
    ...['poll', 'thread', 'fork', 'prefork'].map(
      (model): Case => ({
        server: `c/${model}`,
        client: 'fin',
        thorough: { fails: [] },
        verdict: 'pass',
        long: model !== 'thread',
      }),
    ),
    ...Object.entries(SHOWS).flatMap(([fault, shows]) =>
      MODELS.map(
        (model, index): Case => ({
          ...fails,
          server: `c/${model}`,
          fault,
          thorough: shows,
          long: index > 0 || fault !== 'no-close-half',
        }),
      ),
    ),
    // Clients that close at once overlap by themselves: none but those that wait may miss it.
    ...['c/fork', 'python/forking_server'].map(
      (server): Case => ({
        ...fails,
        kinds: ['zombie'],
        server,
        fault: 'zombie-coalesced',
        long: true,
        thorough: { fails: ['fin', 'rst', 'byte', 'partial'], may: [...USUAL_CLIENTS, 'mixed'] },
      }),
    ),
    ...(
      [
        ['no-close-abort', 'tls-abort'],
        ['no-close-unclean', 'tls-rst'],
      ] as const
    ).flatMap(([fault, client]) =>
      ['node/tls', 'python/tls_server'].map(
        (server): Case => ({
          ...fails,
          server,
          fault,
          churn: ['--insecure'],
          thorough: { fails: [client] },
          long: server !== 'node/tls' || fault !== 'no-close-abort',
        }),
      ),
    ),
    ...REAL.map(
      (server): Case => ({
        server,
        client: 'fin',
        thorough: { fails: [] },
        churn: server === 'real/nginx-tls' ? ['--insecure'] : [],
        verdict: 'pass',
        long: true,
      }),
    ),
  ],
};
