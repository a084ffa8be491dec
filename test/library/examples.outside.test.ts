import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const EXAMPLES = `${ROOT}test/library/examples`;

/** What a person would type there, and what it prints. The examples import the package that was built. */
function type(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const { NODE_V8_COVERAGE, NODE_TEST_CONTEXT, NODE_OPTIONS, ...inherited } = process.env;
  return new Promise<{ status: number; output: string }>(resolve => {
    execFile(
      process.execPath,
      [`${ROOT}node_modules/${program}`, ...args],
      { cwd: EXAMPLES, env: { ...inherited, NO_COLOR: '1', CI: '1', ...env } },
      (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

const VITEST = 'vitest/vitest.mjs';
const JEST = 'jest/bin/jest.js';

const PASSING: ReadonlyArray<
  readonly [
    what: string,
    program: string,
    args: readonly string[],
    passed: RegExp,
    env?: Record<string, string>,
  ]
> = [
  ['vitest', VITEST, ['run', '--root', 'vitest', 'server'], /2 passed/],
  ['vitest in threads', VITEST, ['run', '--root', 'vitest', '--pool', 'threads', 'server'], /2 passed/],
  ['jest', JEST, ['--rootDir', 'jest', '--testMatch', '**/*.test.cjs'], /2 passed/],
  [
    'jest with modules',
    JEST,
    ['--rootDir', 'jest', '--testMatch', '**/*.test.mjs'],
    /1 passed/,
    { NODE_OPTIONS: '--experimental-vm-modules' },
  ],
];

describe('examples', () => {
  for (const [what, program, args, passed, env] of PASSING) {
    it(`that of ${what} passes`, async () => {
      const { status, output } = await type(program, args, env);
      assert.equal(status, 0, output);
      assert.match(output, passed);
    });
  }

  it('that of node:test passes', async () => {
    const { status, output } = await type('../test/library/examples/node/server.test.mjs', []);
    assert.equal(status, 0, output);
    // Which of its reporters speaks depends on the release of Node.
    assert.match(output, /[#ℹ] pass 2$/m);
  });

  it('one that fails shows the report', async () => {
    const { status, output } = await type(VITEST, ['run', '--root', 'vitest', 'leaks']);
    assert.equal(status, 1, output);
    assert.match(output, /expected the server to survive churn:[\s\S]*60 × TCP socket in CLOSE_WAIT/);
  });

  it('the types that ship fit them, and refuse what is wrong', async () => {
    const { status, output } = await type('typescript/bin/tsc', ['-p', '.']);
    assert.equal(status, 0, output);
  });
});
