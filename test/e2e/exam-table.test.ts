import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { faultsOf, java } from '../exam/start.js';
import { PLAIN_CLIENTS } from '../exam/tables/clean-clients.js';
import { EXCLUSIONS } from '../exam/tables/exclusions.js';
import { GROUPS } from '../exam/tables/groups.js';
import { compileC } from '../servers/launch.js';
import { realServers } from '../servers/real/registry.js';

const SOURCES = fileURLToPath(new URL('../../../test/servers/', import.meta.url));
/** Clients that such a server can be judged by. */
const TLS_CLIENTS = ['tls', 'tls-abort', 'tls-rst', 'fin', 'rst', 'byte', 'partial'];
const CASES = GROUPS.flatMap(({ cases }) => cases);

/** What servers share, and servers that belong to a test of their own. */
const NO_QUESTION: readonly string[] = [
  'c/zoo',
  'node/answers',
  'node/fixture',
  'node/pool',
  'python/fixture',
  'python/init_holds_socket',
  'python/keeps_last',
  'python/noisy_neighbour',
  'python/pauses',
];

/** Every program of test/servers that commits faults, and how it is asked for them. */
const SERVERS: ReadonlyArray<readonly [server: string, faults: () => Promise<string[]>]> = [
  ...programs('c', '.c').map(name => {
    const faults = async () => faultsOf([await compileC(name)], '--faults');
    return [`c/${name}`, faults] as const;
  }),
  ...programs('node', '.mjs').map(name => {
    const faults = () => faultsOf([process.execPath, `${SOURCES}node/${name}.mjs`], '--list-faults');
    return [`node/${name}`, faults] as const;
  }),
  ...programs('python', '.py').map(name => {
    const faults = () => faultsOf(['python3', `${SOURCES}python/${name}.py`], '--list-faults');
    return [`python/${name}`, faults] as const;
  }),
  ...programs('java', '.java').map(name => {
    const faults = async () => faultsOf([...(await java()), name], '--list-faults');
    return [`java/${name}`, faults] as const;
  }),
];

function programs(room: string, ending: string): string[] {
  return readdirSync(`${SOURCES}${room}`)
    .filter(file => file.endsWith(ending))
    .map(file => file.slice(0, -ending.length))
    .filter(name => !NO_QUESTION.includes(`${room}/${name}`))
    .sort();
}

describe('the tables of the exam', () => {
  for (const [server, faults] of SERVERS) {
    it(`ask ${server} about every fault that it can commit, and about no other`, async test => {
      const known = await faults().catch(error => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || process.env['CI']) throw error;
      });
      if (!known) return test.skip(`what ${server} needs is not installed`);
      const asked = new Set(CASES.filter(one => one.server === server).map(({ fault }) => fault));
      const isExcluded = (fault: string) => `${server} ${fault}` in EXCLUSIONS;
      assert.deepEqual(
        known.filter(fault => !asked.has(fault) && !isExcluded(fault)),
        [],
      );
      const beyond = [...asked].filter(fault => fault && !known.includes(fault));
      assert.deepEqual(beyond, []);
      assert.deepEqual(
        known.filter(fault => asked.has(fault) && isExcluded(fault)),
        [],
      );
    });

    it(`ask ${server} as it is, with every client`, () => {
      const clean = CASES.filter(one => one.server === server && !one.fault);
      const clients = new Set(clean.map(({ client }) => client));
      const asked: readonly string[] = /tls/.test(server) ? TLS_CLIENTS : PLAIN_CLIENTS;
      assert.deepEqual([...clients].sort(), [...asked].sort());
      assert.ok(clean.every(({ verdict }) => verdict === 'pass'));
    });
  }

  it('ask every server that nobody here wrote', () => {
    for (const { name } of realServers)
      assert.ok(
        CASES.some(one => one.server === `real/${name}` && !one.long),
        name,
      );
  });

  it('exclude nothing that is not there', () => {
    for (const excluded of Object.keys(EXCLUSIONS)) {
      assert.ok(
        SERVERS.some(([server]) => excluded.startsWith(`${server} `)),
        excluded,
      );
    }
  });

  it('ask no question twice, and name a kind for every failure', () => {
    const questions = CASES.map(({ hurry: _, ...question }) => JSON.stringify(question));
    assert.deepEqual(
      questions.filter((question, at) => questions.indexOf(question) !== at),
      [],
    );
    assert.ok(CASES.every(({ verdict, kinds = [] }) => (verdict === 'fail') === kinds.length > 0));
  });
});
