import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { validateAction, validateWorkflow } from '@action-validator/core';
import { parse } from 'yaml';
import { compileC, launch, startC } from '../servers/launch.js';
import { freePort } from '../servers/real/free-port.js';
import { parseReport } from '../support/churn.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TEXT = readFileSync(join(ROOT, 'action.yml'), 'utf8');

interface Step {
  readonly id: string;
  readonly shell: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

const ACTION: Action = parse(TEXT);

describe('the GitHub action', () => {
  it('is one by the schema, and puts no input into a script', () => {
    assert.deepEqual(validateAction(TEXT).errors, []);
    for (const { run } of ACTION.runs.steps) assert.doesNotMatch(run, /\$\{\{/);
  });

  it('passes with a clean server, and tells the verdict and the summary', async () => {
    const server = await startC('poll');
    try {
      const { status, outputs, summary, report } = await act({
        port: String(server.port),
        options: "--client 'rst'",
      });
      assert.equal(status, 0);
      assert.deepEqual(outputs, { verdict: 'pass', summary: 'PASS  1000 cycles, 0 leaks', report });
      assert.match(summary, /PASS/);
      assert.deepEqual(parseReport(readFileSync(report, 'utf8')).cycles?.clients, ['rst']);
    } finally {
      await server.stop();
    }
  });

  it('fails with a leaking one, also as a package that npm installs', async () => {
    const server = await startC('poll', ['--fault', 'no-close']);
    try {
      const { status, outputs, stdout } = await act({ port: String(server.port), package: packed() });
      assert.equal(status, 1);
      assert.equal(outputs['verdict'], 'fail');
      assert.match(stdout, /^::error title=churn fd/m);
    } finally {
      await server.stop();
    }
  });

  it('waits for a server that is still starting, named by its URL', async () => {
    const port = await freePort();
    const server = launch(['sh', '-c', `sleep 1; exec ${await compileC('poll')} --port ${port}`]);
    const { status } = await act({ target: `tcp://127.0.0.1:${port}`, options: '--cycles 100' });
    await (await server).stop();
    assert.equal(status, 0);
  });

  it('could not test where nothing listens', async () => {
    const { status, outputs } = await act({ port: '1', 'wait-for': '100ms' });
    assert.equal(status, 2);
    assert.equal(outputs['verdict'], 'error');
  });
});

describe('what makes a release', () => {
  it('is a workflow by the schema, with the rights of trusted publishing and without a secret', () => {
    const text = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8');
    assert.deepEqual(validateWorkflow(text).errors, []);
    const { jobs } = parse(text);
    assert.equal(jobs.npm.permissions['id-token'], 'write');
    assert.doesNotMatch(text, /secrets\./);
    const uses = [...text.matchAll(/(?:file: |run: )(\.ci\/\w+)/g)].map(([, path = '']) => path);
    assert.deepEqual(uses, ['.ci/run', '.ci/Containerfile']);
    for (const path of uses) assert.ok(existsSync(join(ROOT, path)), path);
  });

  it('has a bill of what is in the package', () => {
    const words = ['sbom', '--sbom-format=cyclonedx'];
    const bill = execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 });
    const shipped: Component[] = JSON.parse(bill).components.filter(
      ({ properties = [] }: Component) => !properties.some(({ name }) => name.endsWith(':development')),
    );
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      const component = shipped.find(one => one['bom-ref'].startsWith(`${name}@`));
      assert.ok((component?.licenses ?? []).length > 0, name);
    }
  });

  it('asks for the same packages in the image and in what stands in for it', () => {
    const packagesIn = (path: string, from: RegExp) =>
      (from.exec(readFileSync(join(ROOT, path), 'utf8'))?.[1] ?? '')
        .split(/[ ,]/)
        .filter(name => name !== 'ca-certificates');
    assert.deepEqual(
      packagesIn('.ci/image', /--include=(\S+)/),
      packagesIn('.ci/Containerfile', /--no-install-recommends (.+) \\/),
    );
  });
});

interface Component {
  readonly 'bom-ref': string;
  readonly licenses?: readonly unknown[];
  readonly properties?: ReadonlyArray<{ readonly name: string }>;
}

/** The package as it would be published; installing the folder itself would build it anew under the other tests. */
function packed(): string {
  const folder = mkdtempSync(join(tmpdir(), 'churn-packed-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const options = ['--ignore-scripts', '--pack-destination', folder, '--json'];
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', ...options], { cwd: ROOT, encoding: 'utf8' }),
  );
  return join(folder, filename);
}

/** Runs the steps as GitHub's runner does: each a script of bash, with its environment and a file for its outputs. */
async function act(given: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'churn-action-'));
  const file = (name: string) => join(folder, name);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(file('temp'));
  writeFileSync(file('summary'), '');
  const defaults = Object.entries(ACTION.inputs).map(
    ([name, input]) => [`inputs.${name}`, input.default] as const,
  );
  const known = new Map<string, string>([...defaults, ['github.action_path', ROOT]]);
  known.set('inputs.report', file('churn.json'));
  for (const [name, value] of Object.entries(given)) known.set(`inputs.${name}`, value);
  const resolve = (text: string) =>
    text.replaceAll(/\$\{\{ *([\w.-]+) *\}\}/g, (_, name: string) => known.get(name) ?? '');
  let [status, stdout] = [0, ''];
  for (const { id, run, env } of ACTION.runs.steps) {
    writeFileSync(file('script.sh'), run);
    writeFileSync(file('output'), '');
    const { CI, NODE_V8_COVERAGE, ...inherited } = process.env;
    const outcome = await bash(file('script.sh'), {
      ...inherited,
      ...{ GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: file('output'), GITHUB_STEP_SUMMARY: file('summary') },
      RUNNER_TEMP: file('temp'),
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, resolve(value)])),
    });
    for (const line of readFileSync(file('output'), 'utf8').split('\n').filter(Boolean)) {
      const at = line.indexOf('=');
      known.set(`steps.${id}.outputs.${line.slice(0, at)}`, line.slice(at + 1));
    }
    status = outcome.status;
    stdout += outcome.stdout;
    if (status !== 0) break;
  }
  const outputs = Object.fromEntries(
    Object.entries(ACTION.outputs).map(([name, { value }]) => [name, resolve(value)]),
  );
  return {
    status,
    stdout,
    outputs,
    summary: readFileSync(file('summary'), 'utf8'),
    report: file('churn.json'),
  };
}

async function bash(script: string, env: NodeJS.ProcessEnv): Promise<{ status: number; stdout: string }> {
  return new Promise(resolve => {
    execFile('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], { env }, (error, stdout) =>
      resolve({ status: error ? Number(error.code) : 0, stdout }),
    );
  });
}
