import assert from 'node:assert/strict';
import { Agent, get as httpGet } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveInTest, type TestServer } from '../src/serve-in-test.js';

/**
 * The techniques of the README, each on a client that leaks and on the fixed one: what fails on the one has to pass
 * on the other, else it proves nothing.
 */
type Client = (server: TestServer, requests: number) => Promise<Agent[]>;

const leaking: Client = async (server, requests) => {
  const agents: Agent[] = [];
  for (let made = 0; made < requests; made++) {
    const agent = new Agent({ keepAlive: true });
    agents.push(agent);
    await get(server.url, agent).catch(() => undefined);
  }
  return agents;
};

const fixed: Client = async (server, requests) => {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 2 });
  for (let made = 0; made < requests; made++) await get(server.url, agent).catch(() => undefined);
  return [agent];
};

const TECHNIQUES: ReadonlyArray<
  readonly [
    name: string,
    options: Parameters<typeof serveInTest>[0],
    check: (server: TestServer, client: Client) => Promise<Agent[]>,
  ]
> = [
  [
    'pool gauge before and after',
    {},
    async (server, client) => {
      const warm = await client(server, 5);
      const before = server.gauge().open;
      const more = await client(server, 20);
      await server.untilOpenAtMost(before + 2, 200);
      return [...warm, ...more];
    },
  ],
  [
    'a burst under injected faults, and a bound afterwards',
    { manner: 'flaky', seed: 7, delay: '20ms' },
    async (server, client) => {
      const agents = await client(server, 60);
      await server.untilOpenAtMost(2, 200);
      return agents;
    },
  ],
];

describe('techniques for the tests of a client', () => {
  for (const [name, options, check] of TECHNIQUES) {
    for (const [which, client] of [
      ['leaking', leaking],
      ['fixed', fixed],
    ] as const) {
      it(`${name}: the ${which} client`, async () => {
        const server = await serveInTest(options);
        try {
          const outcome = check(server, client);
          if (which === 'leaking') await assert.rejects(outcome, /connections are open after/);
          else for (const agent of await outcome) agent.destroy();
        } finally {
          server.close();
        }
      });
    }
  }

  it('a server that serves one connection at a time, run twice: who keeps the first never gets a second', async () => {
    const server = await serveInTest({ atATime: 1 });
    const answers = (agent: Agent) =>
      Promise.race([
        get(server.url, agent).then(() => true),
        new Promise<boolean>(resolve => setTimeout(() => resolve(false), 300)),
      ]);
    try {
      const shared = new Agent({ keepAlive: true });
      assert.deepEqual([await answers(shared), await answers(shared)], [true, true]);
      shared.destroy();
      const [first, second] = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
      assert.deepEqual([await answers(first), await answers(second)], [true, false]);
      first.destroy();
      second.destroy();
    } finally {
      server.close();
    }
  });

  it('a pool of one connection, run twice: who does not give it back waits for ever', async () => {
    const server = await serveInTest();
    const run = (reads: boolean, agent: Agent) =>
      new Promise<boolean>(resolve => {
        const timer = setTimeout(() => resolve(false), 300);
        httpGet(server.url, { agent }, answer => {
          clearTimeout(timer);
          if (reads) answer.resume().on('end', () => resolve(true));
          else resolve(true);
        }).on('error', () => resolve(false));
      });
    try {
      for (const reads of [true, false]) {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        assert.equal(await run(reads, agent), true);
        assert.equal(await run(reads, agent), reads);
        agent.destroy();
      }
    } finally {
      server.close();
    }
  });

  it('a mocked socket tells that close() was called, and not that the real one was closed', async () => {
    // The client under test closes what it is given; but on an error it has put another socket in its place.
    const client = async (connect: () => Pick<Socket, 'destroy'>) => {
      const socket = connect();
      socket.destroy();
    };
    let closed = 0;
    await client(() => ({ destroy: () => void closed++ }) as unknown as Socket);
    assert.equal(closed, 1, 'the mock is content');
    const server = await serveInTest();
    const made: Socket[] = [];
    try {
      await client(() => {
        const lost = createConnection(server.ports[0] ?? 0);
        made.push(lost);
        const kept = createConnection(server.ports[0] ?? 0);
        return kept;
      });
      while (server.gauge().connections < 1) await sleep(5);
      await assert.rejects(server.untilOpenAtMost(0, 300), /1 connections are open/);
    } finally {
      for (const socket of made) socket.destroy();
      server.close();
    }
  });
});

function get(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    httpGet(url, { agent }, answer => {
      answer
        .resume()
        .on('end', () => resolve())
        .on('error', reject)
        .on('close', () => reject(new Error('broken off')));
    }).on('error', reject);
  });
}
