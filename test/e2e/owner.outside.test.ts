import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Report } from '../../src/report/report.js';
import { compileC } from '../servers/launch.js';
import { compileLife } from '../servers/life/compile.js';
import { freePort } from '../servers/real/free-port.js';
import { churn, churnJson } from '../support/churn.js';
import { brand } from '../support/survivors.js';

const folder = mkdtempSync(join(tmpdir(), 'churn-owner-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs churn with a command, and holds that nothing of it is left, whatever came of it. */
async function judge(options: readonly string[], command: readonly string[]) {
  const { env, survivors } = brand();
  const outcome = await churnJson(['--cycles', '200', ...options, '--', ...command], { env });
  assert.deepEqual(survivors(), [], 'nothing that was started survives');
  return outcome;
}

async function zoo(...args: readonly string[]): Promise<string[]> {
  return [await compileC('poll'), '--port', '{port}', ...args];
}

async function life(defect: string): Promise<string[]> {
  return [await compileLife(), defect, '{port}'];
}

function kinds({ findings }: Report): string[] {
  return findings.map(({ kind, severity }) => `${severity} ${kind}`);
}

/** Goes back to select() at once when accept() fails. */
const SPINS = `
import os, selectors, socket
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=128)
listener.setblocking(False)
loop = selectors.DefaultSelector()
loop.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in loop.select():
        try:
            if key.fileobj is listener:
                loop.register(listener.accept()[0], selectors.EVENT_READ)
            elif not key.fileobj.recv(4096):
                loop.unregister(key.fileobj)
                key.fileobj.close()
        except OSError:
            pass
`;

/** Keeps every connection that came when it had more than twenty at a time. */
const KEEPS = `
const many = new Set(), kept = [];
require('net').createServer({ allowHalfOpen: true }, socket => {
  many.add(socket.resume());
  const keeps = many.size > 40;
  if (keeps) kept.push(socket);
  socket.on('error', () => undefined).on('close', () => many.delete(socket));
  socket.on('end', () => keeps || socket.end());
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

describe('--nofile', () => {
  it('drives a server to its limit, and one that survives and serves again passes', async () => {
    const { status, report } = await judge(['--port', 'auto', '--nofile', '64'], await zoo());
    assert.equal(status, 0, report.summary);
    const { limit } = report.server ?? {};
    assert.equal(limit?.reached, true);
    assert.equal(limit?.openFiles, 64);
    assert.notEqual(limit?.servedAfterMs, null);
    assert.equal(limit?.fdsAfter, limit?.fdsBefore);
    assert.equal(report.clean, true);
  });

  it('says so in one row', async () => {
    const { stdout } = await churn(['--port', 'auto', '--nofile', '64', '--', ...(await zoo())]);
    assert.match(
      stdout,
      /\n {2}limit {6}64 fds reached with \d+ silent clients: survived, served again after \d+\.\d\d s\n/,
    );
  });

  it('fails a server that ends there: crash', async () => {
    const server = await zoo('--fault', 'emfile-exit');
    const { status, report } = await judge(['--port', 'auto', '--nofile', '64'], server);
    assert.equal(status, 1);
    assert.deepEqual(kinds(report), ['fail crash']);
    assert.match(report.findings[0]?.title ?? '', /^process \d+ died at its limit of 64 descriptors$/);
    assert.match(report.findings[0]?.cause ?? '', /exit status 1/);
    assert.equal(report.checks.find(({ kind }) => kind === 'crash')?.status, 'fail');
  });

  it('fails a server that accepts no more when its clients have gone: hang', async () => {
    const server = await zoo('--fault', 'emfile-stop');
    const options = ['--port', 'auto', '--nofile', '64', '--timeout', '1s', '--settle', '1s'];
    const { status, report } = await judge(options, server);
    assert.equal(status, 1);
    assert.deepEqual(kinds(report), ['fail hang']);
    assert.match(report.findings[0]?.title ?? '', /does not serve again after its limit of 64 descriptors/);
    assert.equal(report.server?.limit?.servedAfterMs, null);
  });

  it('warns of a server that spins there', async () => {
    const { status, report } = await judge(
      ['--port', 'auto', '--nofile', '64'],
      ['python3', '-u', '-c', SPINS],
    );
    assert.equal(status, 0, report.summary);
    assert.deepEqual(kinds(report), ['warn spin']);
    assert.equal(report.checks.find(({ kind }) => kind === 'spin')?.status, 'warn');
  });

  it('names the connections that a server keeps of those that filled it: fd', async () => {
    const options = ['--port', 'auto', '--nofile', '96', '--settle', '1s'];
    const { status, report } = await judge(options, [process.execPath, '-e', KEEPS]);
    assert.equal(status, 1, report.summary);
    assert.deepEqual(kinds(report), ['fail fd']);
    assert.match(report.findings[0]?.evidence.join('\n') ?? '', /held connections \d+/);
  });

  it('says of a server that gives each client a process that it was not reached', async () => {
    const server = [await compileC('fork'), '--port', '{port}'];
    const { status, report } = await judge(['--port', 'auto', '--nofile', '64'], server);
    assert.equal(status, 0, report.summary);
    assert.equal(report.server?.limit?.reached, false);
  });

  it('is not driven there when it has failed already', async () => {
    const server = await zoo('--fault', 'no-close', '--every', '50');
    const { report } = await judge(['--port', 'auto', '--nofile', '64'], server);
    assert.equal(report.server?.limit, null);
    assert.equal(report.server?.limitSkipped, 'failed');
  });
});

describe('--shutdown', () => {
  it('passes a server that stops while clients churn', async () => {
    const { status, report } = await judge(['--port', 'auto', '--shutdown'], await zoo());
    assert.equal(status, 0, report.summary);
    assert.ok((report.server?.shutdown?.cycles ?? 0) > 0);
    assert.equal(report.server?.stopped.portFree, true);
    assert.equal(report.checks.find(({ kind }) => kind === 'shutdown')?.status, 'pass');
  });

  const FAULTS: ReadonlyArray<readonly [defect: string, says: RegExp]> = [
    ['ignores-term', /^did not stop within 0.50 s of SIGTERM while clients churned$/],
    ['leaves-child', /^left 1 process behind when it stopped$/],
    ['crashes-at-term', /^died of SIGABRT when it was to stop while clients churned$/],
  ];
  for (const [defect, says] of FAULTS) {
    it(`fails a server that ${defect}`, async () => {
      const options = ['--port', 'auto', '--shutdown', '--grace', '500ms'];
      const { status, report } = await judge(options, await life(defect));
      assert.equal(status, 1, report.summary);
      assert.deepEqual(kinds(report), ['fail shutdown']);
      assert.match(report.findings[0]?.title ?? '', says);
      assert.match(report.summary, /^FAIL {2}200 cycles, the server does not stop properly$/);
    });
  }

  it('keeps the clients of --hold connected meanwhile', async () => {
    const { status, report } = await judge(['--port', 'auto', '--shutdown', '--hold', '5'], await zoo());
    assert.equal(status, 0, report.summary);
    assert.equal(report.server?.shutdown?.held, 5);
  });

  it('lets pass what is allowed, and proves nothing then', async () => {
    const options = ['--port', 'auto', '--shutdown', '--grace', '300ms', '--allow', 'shutdown=1'];
    const { status, report, stdout } = await judge(options, await life('ignores-term'));
    assert.equal(status, 0);
    assert.equal(report.summary, 'PASS  200 cycles, allowed: shutdown 1');
    assert.doesNotMatch(stdout, /0 leak|no leak/);
  });
});

describe('--reload', () => {
  it('passes a server whose old workers finish and go', async () => {
    const { status, report } = await judge(['--port', 'auto', '--reload', 'SIGHUP'], await life('reloads'));
    assert.equal(status, 0, report.summary);
    const { reload } = report.server ?? {};
    assert.deepEqual(
      { workers: reload?.workers, replaced: reload?.replaced, more: reload?.more, cutOff: reload?.cutOff },
      { workers: 2, replaced: 2, more: 0, cutOff: 0 },
    );
    assert.ok((reload?.sent ?? 0) >= 2);
    assert.equal(report.clean, true, 'a worker that was to be replaced is none that was lost');
    assert.equal(report.checks.find(({ kind }) => kind === 'restart')?.status, 'pass');
  });

  it('fails a server whose old workers stay: child', async () => {
    const { status, report } = await judge(
      ['--port', 'auto', '--reload', 'SIGHUP', '--settle', '1s'],
      await life('keeps-workers'),
    );
    assert.equal(status, 1, report.summary);
    assert.deepEqual(kinds(report), ['fail child']);
    assert.match(report.findings[0]?.title ?? '', /\d+ more after \d+ reloads, the old ones stay/);
  });

  it('fails a server that cuts off whom it serves: reload', async () => {
    const { status, report } = await judge(
      ['--port', 'auto', '--reload', 'SIGHUP'],
      await life('kills-workers'),
    );
    assert.equal(status, 1, report.summary);
    assert.ok(kinds(report).includes('fail reload'));
    assert.match(report.summary, /cut off by a reload: \d+/);
  });

  it('that ends the server is a crash, and nothing beside it', async () => {
    const { status, report } = await judge(['--port', 'auto', '--reload', 'SIGHUP'], await zoo());
    assert.equal(status, 1);
    assert.deepEqual(kinds(report), ['fail crash']);
    assert.match(report.findings[0]?.cause ?? '', /signal SIGHUP/);
  });

  it('passes nginx, which is also driven to its limit and stopped', async test => {
    const nginx = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';
    if (!existsSync(nginx) && !process.env['CI']) return test.skip('nginx is not installed');
    const port = await freePort();
    const conf = join(folder, 'nginx.conf');
    const log = `error_log ${folder}/error.log; pid ${folder}/pid; worker_processes 2;`;
    writeFileSync(conf, `${log} events {} http { access_log off; server { listen 127.0.0.1:${port}; } }`);
    const command = [nginx, '-c', conf, '-g', 'daemon off;'];
    const asked = ['--reload', 'SIGHUP:100', '--nofile', '128', '--shutdown'];
    const { status, report } = await judge(['--port', String(port), ...asked], command);
    assert.equal(status, 0, report.summary);
    assert.deepEqual(kinds(report), []);
    assert.equal(report.server?.reload?.replaced, 2);
    assert.equal(report.server?.limit?.reached, true);
  });
});

describe('a server that is slow because it is checked', () => {
  it('gets longer times, and the memory row says why it was not judged', async () => {
    const server = [await compileLife('-fsanitize=address'), 'ok', '{port}'];
    const { stdout } = await churn(['--port', 'auto', '--cycles', '100', '--', ...server]);
    assert.match(stdout, /\n {2}memory .* not judged: a sanitizer keeps what was freed\n/);
    const text = stdout.replaceAll(/\s+/g, ' ');
    assert.match(
      text,
      /20\.0 s for a cycle \(--timeout\), 20\.0 s to settle \(--settle\), 20\.0 s to stop \(--grace\)/,
    );
  });

  it('keeps the times that were named', async () => {
    const server = [await compileLife('-fsanitize=address'), 'ok', '{port}'];
    const { report } = await judge(['--port', 'auto', '--timeout', '3s', '--grace', '2s'], server);
    assert.match(report.notes.join('\n'), /3\.0 s for a cycle .* 2\.0 s to stop/);
  });
});
