import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { validateWorkflow } from '@action-validator/core';
import { parse } from 'yaml';
import { compileC, launch, type Running, startC } from '../servers/launch.js';
import { freePort } from '../servers/real/free-port.js';
import { commandsOf } from './commands.js';
import { DOCUMENTS, ROOT } from './documents.js';
import { gitlabFaults } from './gitlab.js';
import { metricsServer, writeProgram, writePrograms } from './programs.js';
import { ELSEWHERE, INSTEAD, PORTS, SHORTER } from './stand-ins.js';

/** Each once, wherever it stands. */
const COMMANDS = new Map(
  DOCUMENTS.flatMap(([document, text]) =>
    commandsOf(text).map(({ text, block }) => [text, `${document}:\n${block}`] as const),
  ),
);
const fixture = (name: string) => join(ROOT, 'test/servers/node', name);

describe('the commands of the README and of the guide', { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'churn-readme-'));
  const metrics = metricsServer();
  let servers: Readonly<Record<(typeof PORTS)[keyof typeof PORTS] | 'unix', Running>>;
  let free = 0;

  before(async () => {
    writeProgram(folder, 'churn', `exec '${process.execPath}' '${ROOT}bin/churn.js' "$@"`);
    writeProgram(folder, 'server', `exec '${await compileC('poll')}' "$@"`);
    metrics.listen(0, '127.0.0.1');
    await once(metrics, 'listening');
    free = await freePort();
    servers = {
      web: await launch([process.execPath, fixture('http.mjs')]),
      unix: await startC('poll', ['--unix', join(folder, 'app.sock')]),
      clean: await startC('poll'),
      answers: await launch([process.execPath, fixture('answers.mjs')]),
      tls: await launch([process.execPath, fixture('tls.mjs')]),
      routes: await launch([process.execPath, fixture('../web/routes.mjs')]),
      streams: await launch([process.execPath, fixture('../web/streams.mjs')]),
    };
    writePrograms(folder, servers.web.port);
    // Reports that some of the commands read, as the reader has saved them before.
    const saved = `churn --port ${servers.clean.port} --cycles 100 --save churn.json && cp churn.json old.json && cp churn.json new.json`;
    assert.equal((await shell(saved, folder)).status, 0);
  });
  after(async () => {
    for (const server of Object.values(servers)) await server.stop();
    metrics.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [text, place] of COMMANDS) {
    if (ELSEWHERE[text] !== undefined) continue;
    it(`run: ${text}`, async () => {
      const { status, output } = await shell(standIn(text), folder);
      assert.equal(status, 0, `${standIn(text)}\n${output}\nfrom ${place}`);
    });
  }

  function standIn(text: string): string {
    // A port alone is a server as well.
    let command = (INSTEAD[text] ?? text).replace(/^churn (\d+)\b/, 'churn --port $1');
    for (const [written, run] of SHORTER) command = command.replace(written, run);
    // Most of these servers are of Node, whose memory takes ten seconds to be decided on.
    const isRun = /^churn (run |--|\w+:)/.test(command) && !/--(thorough|budget)/.test(command);
    // What is shown of a URL is how it is asked for; what comes of many cycles is asked by the others.
    const isBrief = /^churn \w+:/.test(command) && !command.includes(' -n ');
    const effort = isBrief ? '--no-confirm -n 100' : '--budget 1s';
    if (isRun) command = command.replace(/^churn( run)?/, `$& ${effort}`);
    const isUnix = command.includes('--unix /run/app.sock');
    return command
      .replace('--pid 4242', `--pid ${servers[isUnix ? 'unix' : 'clean'].pid}`)
      .replace('/run/app.sock', join(folder, 'app.sock'))
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${servers.web.port}`)
      .replaceAll('127.0.0.1:8081', `127.0.0.1:${(metrics.address() as AddressInfo).port}`)
      .replaceAll('{free}', String(free))
      .replaceAll(
        /\blocalhost:(\d+)/g,
        (_, port: string) => `localhost:${servers[PORTS[Number(port) as keyof typeof PORTS]].port}`,
      )
      .replaceAll(/--port (\d+)/g, (_, port: string) => {
        if (command.includes('churn serve')) return `--port ${free}`;
        const server = PORTS[Number(port) as keyof typeof PORTS];
        assert.ok(server, `no server stands for port ${port}`);
        return `--port ${servers[server].port}`;
      });
  }
});

it('no stand-in is left over, and there are as many commands as a reader sees', () => {
  const texts = [...COMMANDS.keys()];
  for (const text of [...Object.keys(ELSEWHERE), ...Object.keys(INSTEAD)])
    assert.ok(texts.includes(text), text);
  for (const [written] of SHORTER)
    assert.ok(
      texts.some(text => text.includes(written)),
      written,
    );
  const lines = DOCUMENTS.flatMap(([, text]) => text.replaceAll(/ \\\n +/g, ' ').split('\n'));
  for (const line of lines.filter(line => /^(?: {4}| +- (?:run: )?)(?:\$ )?churn (?!127)/.test(line)))
    assert.ok(
      texts.some(text => line.includes(text)),
      line,
    );
  assert.ok(texts.length > 60, String(texts.length));
});

it('a block that is neither commands nor output is not passed over', () => {
  assert.throws(() => commandsOf('text\n\n    churn --port 9000\n    chrun --port 9000\n'), /chrun/);
  assert.deepEqual(commandsOf('    FAIL  1000 cycles\n      ✖ fd\n'), []);
});

it('commands are found that go over two lines, in blocks and in sentences', () => {
  const document = [
    'Try `churn compare',
    'a.json b.json`, which is `churn compare`:',
    '',
    '    churn --port 9000 \\',
    '      --hold 100    # so many',
    '    churn serve',
    '',
  ].join('\n');
  assert.deepEqual(
    commandsOf(document).map(({ text }) => text),
    ['churn --port 9000 --hold 100', 'churn serve', 'churn compare a.json b.json'],
  );
});

it('the recipes for containers are YAML, and call churn with options that it has', () => {
  const [, page = ''] = DOCUMENTS.find(([path]) => path.endsWith('/containers.md')) ?? [];
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  assert.equal(blocks.length, 6);
  for (const [, language, text = ''] of blocks) if (language === 'yaml') assert.ok(parse(text));
  const known = execFileSync(process.execPath, ['bin/churn.js', '--help'], { encoding: 'utf8', cwd: ROOT });
  const help =
    known +
    execFileSync(process.execPath, ['bin/churn.js', 'run', '--help'], { encoding: 'utf8', cwd: ROOT });
  const words = blocks.flatMap(([, , text = '']) =>
    [...text.replaceAll(/ \\\n +/g, ' ').matchAll(/(?: churn|args:|command:) (.*)/g)].flatMap(
      ([, words = '']) => words.match(/--[a-z-]+/g) ?? [],
    ),
  );
  assert.ok(words.length > 5, words.join(' '));
  for (const word of words) assert.match(help, new RegExp(`${word}\\b`));
});

describe('the examples for CI', () => {
  const [, page = ''] = DOCUMENTS.find(([path]) => path.endsWith('/ci.md')) ?? [];
  const examples = [...page.matchAll(/^```(yaml|groovy)\n([\s\S]*?)^```$/gm)];
  const [github = '', gitlab = ''] = examples.flatMap(([, language, text = '']) =>
    language === 'yaml' ? [text] : [],
  );

  it('for GitHub is a workflow by the schema, and gives the action inputs that it has', () => {
    assert.deepEqual(validateWorkflow(github).errors, []);
    const { inputs } = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'));
    const step = parse(github).jobs.leaks.steps.find(({ uses }: { uses?: string }) =>
      uses?.includes('/churn@'),
    );
    for (const name of Object.keys(step.with)) assert.ok(name in inputs, name);
  });

  it('for GitLab is a pipeline by the schema of GitLab, and keeps the files that it writes', () => {
    assert.deepEqual(gitlabFaults(gitlab), []);
    for (const [right, wrong] of [
      ['script:', 'scripts:'],
      ['when: always', 'when: sometimes'],
      ['reports:', 'report:'],
      ['junit: churn.xml', 'junit: other.xml'],
      ['- churn 9000', '- churn: 9000'],
    ] as const)
      assert.notDeepEqual(gitlabFaults(gitlab.replace(right, wrong)), [], wrong);
  });

  it('for Jenkins has the outline of a declarative pipeline and its brackets in pairs; its shell commands are run above', () => {
    const [, , jenkins = ''] = examples.find(([, language]) => language === 'groovy') ?? [];
    const open: string[] = [];
    for (const bracket of jenkins.replaceAll(/'[^'\n]*'/g, '').match(/[{}()]/g) ?? []) {
      if ('{('.includes(bracket)) open.push(bracket);
      else assert.equal(`${open.pop()}${bracket}`, bracket === '}' ? '{}' : '()');
    }
    assert.deepEqual(open, []);
    assert.match(jenkins, /^pipeline \{\n {2}agent any\n {2}stages \{/);
  });
});

async function shell(command: string, folder: string): Promise<{ status: number; output: string }> {
  const { CI, NODE_V8_COVERAGE, GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, ...env } = process.env;
  return new Promise(resolve => {
    execFile(
      'bash',
      ['-c', command],
      { cwd: folder, env: { ...env, PATH: `${folder}:${env['PATH']}` }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}
