import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Case } from '../exam/case.js';
import { commandOf, faultsOf } from '../exam/start.js';
import { PLAIN_CLIENTS } from '../exam/tables/clean-clients.js';
import { EXCLUSIONS } from '../exam/tables/exclusions.js';
import { GROUPS } from '../exam/tables/groups.js';
import { realServers } from '../servers/real/registry.js';

const SOURCES = fileURLToPath(new URL('../../../test/servers/', import.meta.url));
/** Clients that such a server can be judged by. */
const TLS_CLIENTS = ['tls', 'tls-abort', 'tls-rst', 'fin', 'rst', 'byte', 'partial'];
const CASES = GROUPS.flatMap(({ cases }) => cases);

/** What servers share, servers that belong to a test of their own, and those that are asked for what they do late. */
const NO_QUESTION: readonly string[] = [
  'c/zoo',
  'node/answers',
  'node/fixture',
  'node/late-closer',
  'node/pool',
  'python/fixture',
  'python/init_holds_socket',
  'python/keeps_last',
  'python/late_closer',
  'python/names',
  'python/noisy_neighbour',
  'python/pauses',
  'python/subreaper',
  'python/time_to_live',
];

/** Every program of test/servers that commits faults, and how it is asked for them. */
const SERVERS: ReadonlyArray<readonly [server: string, faults: () => Promise<string[]>]> = [
  ...programs('c', '.c'),
  ...programs('node', '.mjs'),
  ...programs('python', '.py'),
  ...programs('java', '.java'),
  ...programs('go', '.go'),
  ...programs('ruby', '.rb'),
  ...programs('lua', '.lua'),
  ...programs('perl', '.pl'),
  ...programs('php', '.php'),
  ...programs('erlang', '.escript'),
  ...programs('csharp', '.cs'),
  ...programs('ocaml', '.ml'),
  ...programs('haskell', '.hs'),
  ...programs('lisp', '.lisp'),
  ...programs('guile', '.scm'),
  ...programs('racket', '.rkt'),
];

function programs(room: string, ending: string): Array<readonly [string, () => Promise<string[]>]> {
  const list = room === 'c' ? '--faults' : '--list-faults';
  return readdirSync(`${SOURCES}${room}`)
    .filter(file => file.endsWith(ending))
    .map(file => `${room}/${file.slice(0, -ending.length)}`)
    .filter(server => !NO_QUESTION.includes(server))
    .sort()
    .map(server => [server, async () => faultsOf(await commandOf(server), list)] as const);
}

describe('the tables of the exam', () => {
  for (const [server, faults] of SERVERS) {
    it(`ask ${server} about every fault that it can commit, and about no other`, async test => {
      const known = await faults().catch(error => {
        // CI has no time to install what the long form alone asks.
        const isNeeded = process.env['CI'] && CASES.some(one => one.server === server && !one.long);
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isNeeded) throw error;
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
      // With TCP_DEFER_ACCEPT the kernel keeps clients from it, which is no fault, and no proof.
      const isAsked = (one: Case) =>
        one.server === server && !one.fault && !one.args?.includes('--defer-accept');
      const clean = CASES.filter(isAsked);
      const clients = new Set(clean.map(({ client }) => client));
      const asked: readonly string[] = /tls/.test(server) ? TLS_CLIENTS : PLAIN_CLIENTS;
      assert.deepEqual([...clients].sort(), [...asked].sort());
      assert.ok(clean.every(({ verdict }) => verdict === 'pass'));
    });
  }

  it('ask every server that nobody here wrote', () => {
    for (const { name, long = false } of realServers)
      assert.ok(
        CASES.some(one => one.server === `real/${name}` && (one.long ?? false) === long),
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
