import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inNetworkOf } from '../exam/network.js';
import { compileC, launch } from '../servers/launch.js';
import { churnJson } from '../support/churn.js';

const MACHINES = 8;
const CYCLES = 25_000;
/** Of each such number of connections one is forgotten. */
const EVERY = 1_000;
const SERVER = '10.77.0.1';
const CYCLE = fileURLToPath(new URL('../../src/library/cycle.js', import.meta.url));

/**
 * A network of its own with a bridge, and on it so many machines, each a network of its own. All of it is gone with the
 * last process in it: the names of the machines are on a file system that only these processes see.
 */
const NETWORK = [
  ...['unshare', '--net', '--mount', '--propagation', 'private', 'sh', '-c'],
  [
    'set -e',
    'mount -t tmpfs none /run && mkdir /run/netns',
    'ip link set lo up && ip link add bridge type bridge && ip link set bridge up',
    `ip addr add ${SERVER}/24 dev bridge`,
    `for n in $(seq ${MACHINES}); do
      ip netns add "m$n"
      ip link add "to$n" type veth peer name eth0 netns "m$n"
      ip link set "to$n" master bridge up
      ip -n "m$n" addr add "10.77.0.1$n/24" dev eth0
      ip -n "m$n" link set eth0 up
    done`,
    'exec "$@"',
  ].join('\n'),
  'sh',
];

/** Every machine makes its cycles, sixteen at a time, and writes down what became of them. */
const MACHINE = `
  import { writeFileSync } from 'node:fs';
  import { openCycle } from ${JSON.stringify(CYCLE)};
  const [target, machine, folder] = process.argv.slice(2);
  let left = ${CYCLES};
  const told = { completed: 0, failures: {} };
  const startedAtMs = performance.now();
  const work = async () => {
    while (left-- > 0) {
      const { failure } = await openCycle(target, 'fin');
      if (failure) told.failures[failure.code] = (told.failures[failure.code] ?? 0) + 1;
      else told.completed += 1;
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  told.ms = performance.now() - startedAtMs;
  writeFileSync(folder + '/' + machine + '.json', JSON.stringify(told));`;

describe('eight machines on one bridge', () => {
  it('make 200 000 cycles, and one verdict names every connection that was forgotten', async test => {
    const can = await promisify(execFile)(NETWORK[0] ?? '', [...NETWORK.slice(1), 'ip', 'netns']).then(
      ({ stdout }) => stdout.trim().split('\n').length === MACHINES,
      () => false,
    );
    if (!can) return test.skip('this user may not make networks with a bridge, or has no ip(8)');
    const folder = mkdtempSync(join(tmpdir(), 'churn-machines-'));
    const leaking = ['--fault', 'no-close-eof', '--every', String(EVERY)];
    const server = await launch([...NETWORK, await compileC('epoll'), '--host', SERVER, ...leaking]);
    try {
      writeFileSync(join(folder, 'machine.mjs'), MACHINE);
      const load = `echo 'Phase started: all'
        for n in $(seq ${MACHINES}); do
          ip netns exec "m$n" ${process.execPath} ${folder}/machine.mjs ${SERVER}:${server.port} "$n" ${folder} &
        done; wait`;
      const { report } = await churnJson(
        [
          ...['watch', '--port', String(server.port), '--host', SERVER, '--no-confirm'],
          ...['--stage', '/Phase started: (\\S+)/', '--', 'sh', '-c', load],
        ],
        { through: inSpacesOf(server.pid) },
      );
      const machines = Array.from({ length: MACHINES }, (_, index) =>
        JSON.parse(readFileSync(join(folder, `${index + 1}.json`), 'utf8')),
      );
      assert.deepEqual(
        machines.map(({ completed, failures }) => ({ completed, failures })),
        machines.map(() => ({ completed: CYCLES, failures: {} })),
      );
      const slowestMs = Math.max(...machines.map(({ ms }) => ms));
      test.diagnostic(`${Math.round((MACHINES * CYCLES * 1_000) / slowestMs)} cycles/s in all`);
      assert.equal(report.verdict, 'fail', report.summary);
      const kept = (MACHINES * CYCLES) / EVERY;
      assert.equal(report.findings.find(({ kind }) => kind === 'fd')?.count, kept);
      assert.deepEqual(
        report.stages?.map(({ name, status, kept: count }) => [name, status, count]),
        [['all', 'fail', kept]],
      );
      if (report.watch?.acceptedBy === 'server') assert.equal(report.watch.accepted, MACHINES * CYCLES);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Beside the server: in its network, and where its machines have their names. */
function inSpacesOf(pid: number): string[] {
  const [nsenter = '', ...rest] = inNetworkOf(pid, []);
  return [nsenter, `--mount=/proc/${pid}/ns/mnt`, ...rest];
}
