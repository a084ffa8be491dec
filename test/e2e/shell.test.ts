import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ask } from '../support/churn.js';

const run = promisify(execFile);
const ROOT = new URL('../../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'churn-shell-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What is typed, and what bash offers for its last word. */
const OFFERS: ReadonlyArray<readonly [typed: readonly string[], offered: readonly string[]]> = [
  [['churn', 'ins'], ['inspect']],
  [
    ['churn', 'co'],
    ['compare', 'completion'],
  ],
  [['churn', '--cyc'], ['--cycles']],
  [
    ['churn', '--hold'],
    ['--hold', '--hold-end'],
  ],
  [['churn', '--port', '9000', '--client', 'half'], ['half']],
  [
    ['churn', '--hold-end', ''],
    ['fin', 'rst'],
  ],
  [['churn', 'explain', 'z'], ['zombie']],
  [['churn', 'inspect', '--c'], []],
  [
    ['churn', 'completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['churn', '--port', ''], []],
  [['churn', '--port', '9000', '--', '--cyc'], []],
];

describe('the completion of bash', () => {
  for (const [typed, offered] of OFFERS) {
    it(`offers ${offered.join(', ') || 'nothing'} for ${typed.join(' ')}`, async () => {
      const script = join(folder, 'churn.bash');
      writeFileSync(script, (await ask(['completion', 'bash'])).stdout);
      const words = typed.map(word => `'${word}'`).join(' ');
      const { stdout } = await run('bash', [
        '-c',
        `source ${script}; COMP_WORDS=(${words}); COMP_CWORD=${typed.length - 1}; _churn; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ]);
      assert.deepEqual(stdout.split('\n').filter(Boolean), offered);
    });
  }
});

describe('the completions', () => {
  it('of all shells name every command and every option of it', async () => {
    const { stdout: manual } = await ask(['manual']);
    const options = [...manual.matchAll(/^\.B .*?\\-\\-([a-z-\\]+)/gm)].map(([, name = '']) =>
      name.replaceAll('\\', ''),
    );
    assert.ok(options.length > 40, String(options.length));
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { stdout } = await ask(['completion', shell]);
      for (const option of options) {
        assert.ok(
          stdout.includes(shell === 'fish' ? `-l ${option}` : `--${option}`),
          `${shell} lacks --${option}`,
        );
      }
    }
  });

  for (const [shell, args] of [
    ['zsh', ['-n']],
    ['fish', ['--no-execute']],
  ] as const) {
    const installed = run('sh', ['-c', `command -v ${shell}`]).then(
      () => true,
      () => false,
    );
    it(`of ${shell} can be read by it`, async context => {
      if (!(await installed)) return context.skip(`${shell} is not installed`);
      const script = join(folder, `churn.${shell}`);
      writeFileSync(script, (await ask(['completion', shell])).stdout);
      await run(shell, [...args, script]);
    });
  }

  it('of another shell is refused with the list of them', async () => {
    const { status, stderr } = await ask(['completion', 'tcsh']);
    assert.equal(status, 2);
    assert.match(stderr, /bash, zsh, fish/);
  });
});

describe('the manual page', () => {
  it('is set by groff without a complaint, with every word of --help', async () => {
    const { stdout: page } = await ask(['manual']);
    const groff = spawn('groff', ['-man', '-Tutf8', '-ww', '-P-c', '-rLL=400n'], { stdio: 'pipe' });
    groff.stdin.end(page);
    const [set, complaints] = await Promise.all([text(groff.stdout), text(groff.stderr)]);
    assert.equal(complaints, '');
    const said = set.replaceAll(/.\u0008/g, '').replaceAll(/\u001b\[[0-9;]*m/g, '');
    const { stdout: help } = await ask(['run', '--help']);
    for (const word of new Set(help.match(/(?<![\w-])--[a-z][a-z-]+/g))) assert.ok(said.includes(word), word);
    assert.match(said, /^NAME\n +churn - opens and closes connections/m);
    assert.match(said, /130 interrupted/);
  });

  it('is shipped as it is printed, where npm install -g looks for it, and man(1) takes it', async () => {
    const { man } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const page = join(ROOT, man[0]);
    assert.equal(readFileSync(page, 'utf8'), (await ask(['manual'])).stdout);
    const { stdout, stderr } = await run('man', ['--warnings', '-l', page], {
      env: { ...process.env, LC_ALL: 'C.UTF-8', MANPAGER: 'cat' },
    });
    assert.equal(stderr, '');
    assert.match(stdout, /^CHURN\(1\)/);
  });

  it('--version says the version of churn, of Node, and the platform', async () => {
    const { stdout } = await ask(['--version']);
    assert.match(stdout, /^churn \d+\.\d+\.\d+ \(node \d+\.\d+\.\d+, linux \w+\)\n$/);
  });
});
