import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FdLink, parseFdLink } from '../../../src/proc/parse/fd-link.js';

const LINKS: ReadonlyArray<readonly [link: string, is: FdLink]> = [
  ['socket:[10044632]', { kind: 'socket', inode: 10_044_632, name: 'socket:[10044632]' }],
  ['pipe:[901]', { kind: 'pipe', inode: 901, name: 'pipe:[901]' }],
  ['anon_inode:[eventfd]', { kind: 'eventfd', inode: 0, name: '[eventfd]' }],
  ['anon_inode:[eventpoll]', { kind: 'eventpoll', inode: 0, name: '[eventpoll]' }],
  ['anon_inode:[timerfd]', { kind: 'timerfd', inode: 0, name: '[timerfd]' }],
  ['anon_inode:[signalfd]', { kind: 'signalfd', inode: 0, name: '[signalfd]' }],
  ['anon_inode:inotify', { kind: 'inotify', inode: 0, name: 'inotify' }],
  ['anon_inode:[io_uring]', { kind: 'io_uring', inode: 0, name: '[io_uring]' }],
  ['anon_inode:[pidfd]', { kind: 'anonymous', inode: 0, name: '[pidfd]' }],
  ['/dev/null', { kind: 'device', inode: 0, name: '/dev/null' }],
  ['/dev/pts/3', { kind: 'device', inode: 0, name: '/dev/pts/3' }],
  ['/dev/shm/cache', { kind: 'file', inode: 0, name: '/dev/shm/cache' }],
  ['/var/log/app.log', { kind: 'file', inode: 0, name: '/var/log/app.log' }],
  ['/tmp/upload (deleted)', { kind: 'file', inode: 0, name: '/tmp/upload (deleted)' }],
  ['/memfd:ring (deleted)', { kind: 'file', inode: 0, name: '/memfd:ring (deleted)' }],
  ['/devices', { kind: 'file', inode: 0, name: '/devices' }],
  ['net:[4026531840]', { kind: 'file', inode: 0, name: 'net:[4026531840]' }],
  ['/tmp/socket:[7]', { kind: 'file', inode: 0, name: '/tmp/socket:[7]' }],
  ['/tmp/anon_inode:[eventfd]', { kind: 'file', inode: 0, name: '/tmp/anon_inode:[eventfd]' }],
];

for (const [link, is] of LINKS) {
  test(`${link} is a ${is.kind}`, () => {
    assert.deepEqual(parseFdLink(link), is);
  });
}
