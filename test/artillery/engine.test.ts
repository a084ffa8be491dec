import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Events, FlowStep, Helpers, Script, UserContext } from '../../src/artillery/artillery.js';
import ChurnEngine from '../../src/artillery/engine.js';
import { type Manners, witness } from '../support/witness.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What Artillery's helpers do, as far as these tests ask for it. */
const HELPERS: Helpers = {
  createThink: () => (context, done) => setImmediate(() => done(null, context)),
  createLoopWithCount: (count, steps) => (context, done) => {
    const all = Array.from({ length: Number(count) }, () => steps).flat();
    const next = (at: number): void => {
      const step = all[at];
      if (step) step(context, error => (error ? done(error, context) : next(at + 1)));
      else done(null, context);
    };
    next(0);
  },
  template: (value, { vars }) =>
    JSON.parse(JSON.stringify(value), (_, text) =>
      typeof text === 'string' ? text.replaceAll(/{{ (\w+) }}/g, (__, name) => String(vars[name])) : text,
    ),
};

type Config = Partial<Script['config']>;

function scriptOf(flow: unknown, config: Config = {}): Script {
  return {
    config: { target: '127.0.0.1:9', ...config },
    scenarios: [{ engine: 'churn', flow: flow as FlowStep[] }],
  };
}

/** One virtual user: what it counted, and how it ended. */
async function play(flow: readonly FlowStep[], config: Config, vars: UserContext['vars'] = {}) {
  const script = scriptOf(flow, config);
  const counters: Record<string, number> = {};
  const histograms: Record<string, number> = {};
  const said: string[] = [];
  const events: Events = {
    emit: (event: string, name?: string, value?: number) => {
      if (event === 'counter') counters[name ?? ''] = (counters[name ?? ''] ?? 0) + (value ?? 0);
      else if (event === 'histogram') histograms[name ?? ''] = (histograms[name ?? ''] ?? 0) + 1;
      else said.push(name === undefined ? event : `${event} ${name}`);
    },
  };
  const engine = new ChurnEngine(script, undefined, HELPERS);
  await engine.init();
  const [scenario = {}] = script.scenarios ?? [];
  const act = engine.createScenario(scenario, events);
  const failed = await new Promise<Error | null>(resolve => {
    act({ vars }, error => resolve(error));
  });
  return { counters, histograms, said, failed: failed?.message };
}

async function withServer(manners: Manners, connections: number, use: (target: string) => Promise<void>) {
  const server = await witness(manners);
  await use(`127.0.0.1:${server.port}`);
  const seen = await server.stop(connections);
  assert.equal(seen.length, connections);
}

const ANSWERS = { answers: 'PONG\r\n' };
const PING = { send: 'PING\\r\\n', expect: 'PONG' };

describe('a virtual user of the engine', () => {
  it('makes the cycles of its flow, and counts each', async () => {
    await withServer(ANSWERS, 7, async target => {
      const flow = [
        { cycle: { client: 'rst', count: 2 } },
        { think: 1 },
        { count: 2, loop: [{ cycle: { client: 'reply', ...PING } }, { cycle: { client: 'fin' } }] },
        { cycle: { client: 'byte-rst', target } },
      ];
      const { counters, histograms, said, failed } = await play(flow, { target });
      assert.deepEqual(counters, {
        'churn.cycles.rst': 2,
        'churn.cycles.reply': 2,
        'churn.cycles.fin': 2,
        'churn.cycles.byte-rst': 1,
        'churn.failed': 0,
      });
      assert.deepEqual(histograms, { 'churn.connect_time': 7, 'churn.reply_time': 2 });
      assert.deepEqual([said, failed], [['started'], undefined]);
    });
  });

  it('makes all of a count, and has failed in the end, where one of them fails', async () => {
    await withServer({}, 3, async target => {
      const flow = [
        { cycle: { client: 'reply', count: 3, timeout: '50ms', ...PING } },
        { cycle: { client: 'fin' } },
      ];
      const { counters, said, failed } = await play(flow, { target });
      assert.deepEqual(counters, { 'churn.failed': 3, 'churn.failed.unanswered': 3 });
      assert.deepEqual(said, ['started', ...Array(3).fill('error no-answer')]);
      assert.equal(failed, 'unanswered');
    });
  });

  it('fills in what stands in braces, for itself alone', async () => {
    await withServer(ANSWERS, 2, async target => {
      const flow = [{ cycle: { client: '{{ client }}', count: '{{ times }}' } }];
      const { counters } = await play(
        flow,
        { target: '{{ there }}' },
        { client: 'rst', times: 2, there: target },
      );
      assert.deepEqual(counters, { 'churn.cycles.rst': 2, 'churn.failed': 0 });
    });
  });

  it('fails where what was filled in is wrong', async () => {
    const { said, failed } = await play([{ cycle: { client: '{{ client }}' } }], {}, { client: 'rts' });
    assert.match(String(failed), /A cycle has a client, one of fin.*got "rts"/);
    assert.match(String(said[1]), /^error churn: A cycle has a client/);
  });

  it('calls functions of the processor, with a callback or a promise', async () => {
    const called: string[] = [];
    const processor = {
      back: (_: UserContext, __: Events, done: () => void) => {
        called.push('back');
        done();
      },
      promised: async () => void called.push('promised'),
      broken: async () => {
        throw new Error('broken');
      },
    };
    const flow = ['back', 'promised', 'broken', 'back'].map(name => ({ function: name }));
    const { failed } = await play(flow, { processor });
    assert.deepEqual([called, failed], [['back', 'promised'], 'broken']);
    assert.match(String((await play([{ function: 'none' }], { processor })).failed), /no function none/);
  });
});

const WRONG: ReadonlyArray<readonly [what: string, flow: unknown, RegExp, Config?]> = [
  ['names no client', [{ cycle: { count: 3 } }], /A cycle names its client, got {"count":3}/],
  ['names an unknown client', [{ cycle: { client: 'rts' } }], /one of fin, .*; got "rts"/],
  ['has an option that is none', [{ cycle: { client: 'rst', cycles: 3 } }], /no option "cycles" of a cycle/],
  [
    'has an option that the client does not know',
    [{ cycle: { client: 'rst', send: 'x' } }],
    /--send has no meaning/,
  ],
  ['has a time without a unit', [{ cycle: { client: 'rst', timeout: 5 } }], /--timeout expects a time.*unit/],
  [
    'counts what cannot be counted',
    [{ cycle: { client: 'rst', count: 'many' } }],
    /count expects a whole number/,
  ],
  [
    'has a text that is none',
    [{ cycle: { client: 'reply', data: { a: 1 } } }],
    /data expects a text, got {"a":1}/,
  ],
  ['has no target', [{ cycle: { client: 'rst' } }], /There is no target/, { target: undefined }],
  ['has a target that is none', [{ cycle: { client: 'rst' } }], /A server is named by/, { target: 'there' }],
  [
    'has a step that is none',
    [{ get: { url: '/' } }],
    /is one of cycle, think, loop, log, function; got {"get"/,
  ],
  ['hides that in a loop', [{ loop: [{ cycle: {} }], count: 2 }], /A cycle names its client/],
  ['has no flow', [], /has a flow with a step at least/],
];

describe('before anything runs, a script is refused that', () => {
  for (const [what, flow, sentence, config] of WRONG) {
    it(what, async () => {
      const engine = new ChurnEngine(scriptOf(flow, config), undefined, HELPERS);
      await assert.rejects(engine.init(), sentence);
    });
  }

  it('is right for another engine, which has its own steps', async () => {
    const script = { config: {}, scenarios: [{ flow: [{ get: { url: '/' } }] }] };
    await new ChurnEngine(script, undefined, HELPERS).init();
  });
});

describe('the package artillery-engine-churn', () => {
  const folder = `${ROOT}dist/artillery-engine-churn`;
  const makes =
    'typeof new Engine({ config: {} }).createScenario + " " + Engine.prototype.init.constructor.name';
  for (const [how, type, program] of [
    ['require()', 'commonjs', `const Engine = require(${JSON.stringify(folder)}); console.log(${makes})`],
    ['import', 'module', `import Engine from ${JSON.stringify(`${folder}/index.js`)}; console.log(${makes})`],
    [
      'the way that require.resolve() finds',
      'commonjs',
      `import(require.resolve(${JSON.stringify(folder)})).then(({ default: Engine }) => console.log(${makes}))`,
    ],
  ] as const) {
    it(`is loaded by ${how}`, () => {
      const words = [`--input-type=${type}`, '-e', program];
      // Artillery waits for init() only where it is an async function to this day.
      assert.equal(execFileSync(process.execPath, words, { encoding: 'utf8' }), 'function AsyncFunction\n');
    });
  }
});

describe('churn/cycle', () => {
  for (const [how, type, program] of [
    ['require()', 'commonjs', "console.log(typeof require('churn/cycle').openCycle)"],
    ['import', 'module', "import { openCycle } from 'churn/cycle'; console.log(typeof openCycle)"],
  ] as const) {
    it(`is loaded by ${how}`, () => {
      const words = [`--input-type=${type}`, '-e', program];
      assert.equal(execFileSync(process.execPath, words, { encoding: 'utf8', cwd: ROOT }), 'function\n');
    });
  }
});
