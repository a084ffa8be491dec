import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../servers/launch.js';
import { churn } from '../support/churn.js';

const script = fileURLToPath(new URL('../../../test/servers/python/names.py', import.meta.url));

describe('what a server keeps has a name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'churn-names-'));
  const path = join(folder, 'app.sock');
  const log = join(folder, 'app.log');
  const [tcp, unix]: readonly [Server, Server] = [createServer(), createServer()];
  let peer = '';

  before(async () => {
    tcp.listen(0, '127.0.0.1');
    unix.listen(path);
    await Promise.all([once(tcp, 'listening'), once(unix, 'listening')]);
    peer = `127.0.0.1:${(tcp.address() as AddressInfo).port}`;
  });
  after(() => {
    for (const server of [tcp, unix]) server.close().unref();
    rmSync(folder, { recursive: true });
  });

  const cases: ReadonlyArray<readonly [opens: string, to: () => string, says: () => RegExp]> = [
    [
      'tcp',
      () => peer,
      () => new RegExp(`× TCP connections to another server.*\\n.*\\n +\\d+ → ${peer} \\S+\\n`),
    ],
    ['unix', () => path, () => new RegExp(`× Unix sockets [^→]*→ ${path} \\S+\\n`)],
    ['file', () => log, () => new RegExp(`\\d+ × ${log}\\n`)],
    [
      'program',
      () => 'none',
      () => /inherited\s+by\s+a\s+program\s+that\s+the\s+server\s+executed\s+\(pid\s+\d+\s+sleep/,
    ],
    ['shutdown', () => 'none', () => /or\s+ended\s+with\s+shutdown\(\),\s+which\s+closes\s+no\s+descriptor/],
  ];
  for (const [opens, to, says] of cases) {
    it(`${opens}: told by its name where it is kept, and passed where it is not`, async () => {
      for (const keeps of [1, 0]) {
        const server = await launch([
          'python3',
          script,
          '--opens',
          opens,
          '--to',
          to(),
          '--keeps',
          String(keeps),
        ]);
        try {
          const args = ['--port', String(server.port), '--cycles', '40', '--warmup', '2'];
          // Beside others a collected heap takes longer to show that it is level.
          const { stdout, status } = await churn([...args, '--budget', '1m']);
          assert.equal(status, keeps, stdout);
          if (keeps) assert.match(stdout, says());
          else assert.match(stdout, /^PASS {2}40 cycles, 0 leaks$/m);
        } finally {
          await server.stop();
        }
      }
    });
  }
});
