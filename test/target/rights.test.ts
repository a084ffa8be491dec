import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOfUnit } from '../../src/proc/host.js';
import { rightsIn } from '../../src/target/require.js';

for (const [place, isRoot, says] of [
  ['plain', false, /^Run the same command with sudo$/],
  ['plain', true, /CAP_SYS_PTRACE, which root does not have here$/],
  ['docker', true, /docker run --cap-add SYS_PTRACE/],
  ['docker', false, /docker run --user 0 --cap-add SYS_PTRACE/],
  ['kubernetes', true, /kubectl debug POD --target=CONTAINER --profile=general/],
  ['kubernetes', false, /runAsUser: 0 and capabilities\.add: \[SYS_PTRACE\]/],
  ['systemd', true, /CapabilityBoundingSet=CAP_SYS_PTRACE/],
  ['systemd', false, /AmbientCapabilities=CAP_SYS_PTRACE/],
] as const) {
  test(`${isRoot ? 'root' : 'a user'} is told which right is missing and what gives it: ${place}`, () => {
    assert.match(rightsIn(place, isRoot), says);
  });
}

for (const [cgroups, is] of [
  ['0::/system.slice/churn.service\n', true],
  ['12:pids:/x\n1:name=systemd:/system.slice/churn.service\n', true],
  ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope\n', false],
  ['0::/user.slice/user-1000.slice/user@1000.service\n', false],
  ['0::/\n', false],
  ['', false],
] as const) {
  test(`${JSON.stringify(cgroups)} is ${is ? '' : 'not '}the cgroup of a unit`, () => {
    assert.equal(isOfUnit(cgroups), is);
  });
}
