import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replay } from '../../src/where/native/replay.js';
import { refusalOf } from '../../src/where/native/strace.js';
import { parseAnswers } from '../../src/where/native/symbols.js';
import { parseTrace } from '../../src/where/native/trace.js';

/** As strace 6.1 writes them; 100 is a server, 101 a thread of it, 200 a child. */
const TRACE = `100   accept4(3<socket:[7]>, NULL, NULL, SOCK_CLOEXEC) = 5<socket:[8]>
 > /usr/lib/libc.so.6(accept4+0x13) [0x10af63]
 > /srv/server(on_accept+0x24) [0x12b8]
101   read(5<socket:[8]>,  <unfinished ...>
100   openat(AT_FDCWD</srv>, "/tmp", O_RDWR|O_TMPFILE, 0600) = 6</tmp/#12>(deleted)
 > /srv/server(keep+0x24) [0x2000]
101   <... read resumed>"", 64) = 0
 > /srv/server(on_client+0x4) [0x1300]
101   close(5<socket:[8]>) = 0
 > /srv/server(drop_client+0x4) [0x1400]
100   clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 200
 > /srv/server(spawn+0x4) [0x1500]
200   exit_group(0 <unfinished ...>
100   --- SIGCHLD {si_signo=SIGCHLD} ---
200   <... exit_group resumed>) = ?
200   +++ exited with 0 +++
 > /srv/server(child+0x4) [0x1600]
100   accept4(3<socket:[7]>, NULL, NULL, SOCK_CLOEXEC) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
100   accept4(3<socket:[7]>, NULL, NULL, SOCK_CLOEXEC) = -1 EMFILE (Too many open files)
100   accept4(3<socket:[7]>, NULL, NULL, SOCK_CL`;

test('a trace tells what is kept, what was let go, and by which call', () => {
  const lives = replay(
    parseTrace(TRACE),
    new Map([
      [100, 100],
      [101, 100],
    ]),
  ).map(({ kind, pid, number, is, made, last, ended, isInherited }) => ({
    life: `${kind} ${number} of ${pid}${isInherited ? ', inherited' : ''}`,
    is,
    made: made.stack.at(-1)?.symbol,
    last: last && `${last.name} = ${last.result} in ${last.stack.at(-1)?.symbol}`,
    ended: ended === 'exit' ? ended : ended && `${ended.name} in ${ended.stack.at(-1)?.symbol}`,
  }));
  assert.deepEqual(lives, [
    {
      life: 'descriptor 5 of 100',
      is: 'socket:[8]',
      made: 'on_accept',
      last: 'read = 0 in on_client',
      ended: 'close in drop_client',
    },
    {
      life: 'descriptor 6 of 100',
      is: '/tmp/#12',
      made: 'keep',
      last: 'clone = 200 in spawn',
      ended: undefined,
    },
    {
      life: 'descriptor 6 of 200, inherited',
      is: '/tmp/#12',
      made: 'keep',
      last: undefined,
      ended: 'exit_group in child',
    },
    { life: 'child 200 of 100', is: '', made: 'spawn', last: 'exit_group = ? in child', ended: undefined },
  ]);
});

test('functions that were inlined stand before the one that holds them', () => {
  const text =
    '0x12b7\ndrop inlined at /srv/server.cc:40:2 in on_client\n/srv/server.cc:12:7\non_client\n/srv/server.cc:40 (discriminator 2)\n0x99\n??\n??:0\n';
  assert.deepEqual(parseAnswers(text), [
    [
      { function: 'drop', file: '/srv/server.cc', line: 12 },
      { function: 'on_client', file: '/srv/server.cc', line: 40 },
    ],
    [{ function: undefined, file: undefined, line: undefined }],
  ]);
});

const REFUSALS: ReadonlyArray<readonly [said: string, sentence: RegExp]> = [
  ['env: ‘strace’: No such file or directory', /apt-get install strace/],
  ['spawn setpriv ENOENT', /apt-get install strace util-linux/],
  ['strace: attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted', /CAP_SYS_PTRACE.*yama\.ptrace_scope/],
  ["strace: invalid option -- 'k'", /libunwind or libdw/],
  ['strace: attach: ptrace(PTRACE_SEIZE, 7): No such process', /ended before strace/],
  ['', /could not attach to the server in time\.$/],
];

for (const [said, sentence] of REFUSALS) {
  test(`"${said}" of strace becomes a sentence that helps`, () => {
    assert.match(refusalOf(said), sentence);
  });
}
