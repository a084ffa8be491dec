import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signalName } from '../../../src/exit-words.js';
import { parseLoggedDeath } from '../../../src/proc/kernel-log.js';

const RECORDS: ReadonlyArray<readonly [what: string, record: string, pid?: number, signal?: string]> = [
  [
    'a segfault',
    '6,341,28264278969,-;prefork[23833]: segfault at 0 ip 000056550a5c8139 sp 00007ffdd9eb5630 error 6 in prefork[1139,56550a5c8000+1000] likely on CPU 0 (core 0, socket 0)\n',
    23833,
    'SIGSEGV',
  ],
  [
    'one of a program with brackets in its name',
    '6,9,100,-;a [1]: b[42]: segfault at 8 ip 0 sp 0 error 4 in b\n SUBSYSTEM=x\n',
    42,
    'SIGSEGV',
  ],
  [
    'a general protection fault',
    '6,9,100,-;traps: server[7] general protection fault ip:55d0 sp:7ffc error:0 in server[55d0+1000]\n',
    7,
    'SIGSEGV',
  ],
  [
    'a division by zero',
    '6,9,100,c;traps: server[7] trap divide error ip:55d0 sp:7ffc error:0 in server[55d0+1000]\n',
    7,
    'SIGFPE',
  ],
  [
    'an invalid opcode',
    '6,9,100,-;traps: server[7] trap invalid opcode ip:55d0 sp:7ffc error:0 in server[55d0+1000]\n',
    7,
    'SIGILL',
  ],
  [
    'a fault on ARM',
    '6,9,100,-;server[7]: unhandled level 2 translation fault (11) at 0x00000000, esr 0x92000046\n',
    7,
    'SIGSEGV',
  ],
  [
    'a process killed for lack of memory',
    '3,9,100,-;Out of memory: Killed process 812 (php-fpm) total-vm:1234kB, anon-rss:99kB, file-rss:0kB, shmem-rss:0kB, UID:33\n',
    812,
    'SIGKILL',
  ],
  [
    'the same in a container',
    '3,9,100,-;Memory cgroup out of memory: Killed process 812 (node) total-vm:1234kB\n',
    812,
    'SIGKILL',
  ],
  [
    'an abort in the audit log',
    '5,9,100,-;audit: type=1701 audit(1700000000.123:45): auid=1000 uid=1000 gid=1000 ses=2 subj=unconfined pid=77 comm="server" exe="/srv/server" sig=6 res=1\n',
    77,
    'SIGABRT',
  ],
  ['something else', '5,0,0,-;Linux version 6.18.44\n'],
  ['the code at a fault', '6,342,28264279057,-;Code: 2e 00 00 01 5d c3 0f 1f 00\n'],
  ['no record', 'segfault at 0'],
];

for (const [what, record, pid, signal] of RECORDS) {
  test(`the kernel's log tells ${what} as ${signal ?? 'no death'}`, () => {
    const death = parseLoggedDeath(record);
    assert.deepEqual([death?.pid, death && signalName(death.signal)], [pid, signal]);
  });
}

test('a death is told with its line and its time', () => {
  assert.deepEqual(parseLoggedDeath('6,1,28264278969,-;a[5]: segfault at 0 ip 1 sp 2 error 6 in a\n K=V\n'), {
    ...{ pid: 5, signal: 11, atUs: 28_264_278_969 },
    said: 'a[5]: segfault at 0 ip 1 sp 2 error 6 in a',
  });
});
