import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pidsFolders } from '../../../src/proc/host.js';

const CASES: ReadonlyArray<readonly [what: string, text: string, folders: string[]]> = [
  ['the second version', '0::/app.slice/web\n', ['/sys/fs/cgroup/app.slice/web']],
  ['the first version', '9:name=systemd:/x\n8:pids:/app\n4:memory:/app\n', ['/sys/fs/cgroup/pids/app']],
  ['both, as many distributions have it', '8:pids:/\n0::/\n', ['/sys/fs/cgroup/pids', '/sys/fs/cgroup']],
  ['a controller beside others', '8:cpu,pids:/a:b\n', ['/sys/fs/cgroup/pids/a:b']],
  ['nothing', '', []],
];

for (const [what, text, folders] of CASES) {
  test(`the pids limit stands where ${what} keeps it`, () => assert.deepEqual(pidsFolders(text), folders));
}
