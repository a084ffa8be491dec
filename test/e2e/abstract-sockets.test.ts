import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { padsNames } from '../../src/target/unix.js';
import { churnJson } from '../support/churn.js';

const PYTHON = `import socket
server = socket.socket(socket.AF_UNIX)
server.bind("\\0NAME")
server.listen(64)
print("ready", flush=True)
while True:
    client, _ = server.accept()
    client.close()`;

const NODE = `require('net').createServer(socket => socket.resume().on('error', () => {}))
.listen('\\0NAME', () => console.log('ready'))`;

/** Starts it, judges what listens on the name, and stops it. */
async function judge(program: string, script: string) {
  const name = `churn-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const flag = program === process.execPath ? '-e' : '-c';
  const child = spawn(program, [flag, script.replace('NAME', name)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    const { report } = await churnJson(['--unix', `@${name}`, '--cycles', '100', '--budget', '1s']);
    return { report, name };
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

describe('abstract Unix sockets', () => {
  it('are reached where Node has made them', async () => {
    const { report, name } = await judge(process.execPath, NODE);
    // So few cycles decide nothing about the memory of Node.
    assert.deepEqual([report.error, report.findings], [undefined, []]);
    assert.equal(report.target?.address, `unix:@${name}`);
  });

  it('of others are reached where Node does not pad names, and refused with the reason where it does', async () => {
    const { report } = await judge('python3', PYTHON);
    if (await padsNames()) {
      assert.equal(report.error?.code, 'abstract-socket');
      assert.match(report.error.hint, /Node 24/);
    } else assert.deepEqual([report.error, report.findings], [undefined, []]);
  });
});
