import type { Case, Group, Row } from '../case.js';
import { cEndings } from './c-endings.js';
import { besides, IN_SHORT, MODELS, type Model } from './c-models.js';

const SOON = ['--timeout', '1s'];
const HURRY = ['--settle', '1500ms'];
const ROOM = ['--room', '1000000'];
const PATIENCE = ['--budget', '60s'];

/** Where in the run it was forgotten, as a person is told. */
const SAID: Readonly<Record<number, RegExp>> = {
  1: /one on every cycle.*1010 × TCP socket in CLOSE_WAIT/s,
  10: /one on every 10th cycle.*101 × TCP socket in CLOSE_WAIT/s,
  100: /one on every 100th cycle.*10 × TCP socket in CLOSE_WAIT/s,
  1000: /only on cycle 990/,
};

export const cFaults: Group = {
  name: 'c-faults',
  cases: [...MODELS.flatMap(ofModel), ...peculiar()],
};

function ofModel(model: Model): Case[] {
  const rows = [
    ...connections(model),
    ...otherClients(model),
    ...descriptors(model),
    ...memory(model),
    ...cEndings(model),
    ...standstill(model),
    ...own(model),
  ];
  return rows.map(row => ({
    ...row,
    server: `c/${model.name}`,
    long: row.long || !IN_SHORT.includes(model.name),
  }));
}

/** Leaks that stop by themselves at a limit of 1024, the usual one, with hardly any room left to see them recur. */
function peculiar(): Case[] {
  const row = { openFiles: 1024, verdict: 'fail', kinds: ['fd'], hurry: HURRY } as const;
  return [
    { ...row, server: 'c/poll', fault: 'emfile-close', client: 'fin' },
    { ...row, server: 'c/poll', fault: 'emfile-close', client: 'rst', long: true },
    { ...row, server: 'c/poll', fault: 'no-close-rst', client: 'rst', allowed: ['hang'] },
    { ...row, server: 'c/poll', fault: 'eventfd', client: 'fin' },
    // Entries of clients that have gone: counted against the limit, gone through, or polled for ever.
    { ...row, server: 'c/poll', fault: 'stale-slot', client: 'fin', kinds: ['crash'] },
    { server: 'c/poll', fault: 'stale-slot', client: 'fin', verdict: 'fail', kinds: ['work'] },
    {
      server: 'c/poll',
      fault: 'stale-number',
      client: 'fin',
      verdict: 'fail',
      kinds: ['spin'],
      // It goes through what it forgot as well.
      allowed: ['work'],
      hurry: HURRY,
    },
    ...belowSubreaper(),
    ...traps(),
  ];
}

/** What looks like something else; each was seen. */
function traps(): Case[] {
  const row = { hurry: HURRY, verdict: 'fail', kinds: ['fd'] } as const;
  return [
    // It writes after the client has closed: sockets in no table, whose inodes are followed to their cycles.
    {
      ...{ ...row, server: 'c/poll', fault: 'no-close-rst', args: ['--every', '10'], client: 'rst' },
      // On a busy machine fewer than thirty are followed.
      says: /\d of \d+ followed connections? (?:were|was) kept.*: confirming cycles? 310/s,
    },
    {
      ...{
        ...row,
        server: 'c/fork',
        fault: 'no-close',
        args: ['--greet', 'hello'],
        client: 'rst',
        long: true,
      },
      says: /(\d+) of \1 followed connections were kept: confirming cycles 301 … 3\d\d/,
    },
    {
      ...{ server: 'c/poll', fault: 'no-close-rst', args: ['--every', '900'], client: 'rst' },
      ...{ churn: ['--no-confirm'], verdict: 'undecided' },
      says: /1 more socket without a connection; whether that recurs was not decided/,
    },
    // TCP_DEFER_ACCEPT keeps a client that resets from the server, so that it proves nothing; and hands over one that closes.
    {
      ...{ server: 'c/poll', args: ['--defer-accept'], client: 'rst', verdict: 'undecided' },
      says: /the server accepted only 0 of 1010 connections.*TCP_DEFER_ACCEPT.*Use --client fin/s,
    },
    {
      ...{ ...row, server: 'c/poll', fault: 'no-close', args: ['--defer-accept', '--every', '600'] },
      ...{ client: 'fin', says: /only on cycle 590/ },
    },
    // The 600th to be accepted: up to four may wait in the queue of the other worker meanwhile.
    {
      ...{ ...row, server: 'c/reuseport', fault: 'no-close', args: ['--every', '600'], client: 'fin' },
      says: /only on cycle (58[6-9]|59\d)/,
    },
    {
      ...{ ...row, server: 'c/poll', fault: 'no-close', client: 'half', long: true },
      says: /On 3 cycles the server had not closed its side.*after that \d+ cycles did not wait/s,
    },
  ];
}

/** What a server forgets there belongs to neither it nor pid 1. */
function belowSubreaper(): Case[] {
  const row = { server: 'c/double_fork', client: 'fin', below: 'subreaper', hurry: HURRY } as const;
  return [
    { ...row, fault: 'child-stays', args: ['--every', '20'], verdict: 'fail', kinds: ['child'] },
    { ...row, verdict: 'pass' },
  ];
}

/** A connection that is never closed, and the client that makes the server forget it. */
function connections(model: Model): Row[] {
  const { fully } = model;
  // Where a child stays with each connection, a thousand of them would test the machine.
  const args = model.served === 'by a child' ? ['--every', '20'] : [];
  const fails = { verdict: 'fail', kinds: ['fd'], hurry: HURRY } as const;
  const stays = { ...fails, ...besides(model), args };
  return [
    ...[1, 10, 100, 1000].map((every): Row => {
      const long = !model.fully && every !== 1;
      const says = model.fully ? SAID[every] : every === 1 ? model.advice : undefined;
      return { ...fails, fault: 'no-close', args: ['--every', String(every)], client: 'fin', long, says };
    }),
    { ...fails, fault: 'no-close', client: 'rst', long: !model.fully },
    { ...fails, fault: 'no-close', client: 'byte', long: true },
    { ...stays, fault: 'no-close-eof', client: 'fin', long: !model.fully },
    {
      ...stays,
      fault: 'no-close-rst',
      client: 'rst',
      says: fully ? /1010 × sockets without a connection/ : undefined,
    },
    { ...stays, fault: 'no-close-half', client: 'half', long: !model.fully },
    { ...stays, fault: 'no-close-data', client: 'byte', long: !model.fully },
    { ...stays, fault: 'no-close-empty', client: 'fin', long: !model.fully },
    { ...stays, fault: 'echo-forget', client: 'byte', long: !model.fully },
    { ...stays, fault: 'greet-forget', client: 'fin', long: !model.fully },
  ];
}

/** The clients that do not make the server forget: it is clean to them. */
function otherClients({ fully }: Model): Row[] {
  const pairs = [
    ['no-close-eof', 'rst', 'short'],
    ['no-close-rst', 'fin', 'short'],
    ['no-close-data', 'fin', 'long'],
    ['no-close-empty', 'byte', 'long'],
    ['echo-forget', 'fin', 'long'],
    ['no-close-half', 'fin', 'short'],
    ['no-close-half', 'rst', 'long'],
    ['no-close-half', 'reply', 'long'],
  ] as const;
  return pairs.map(([fault, client, form]) => ({
    ...{ fault, client, verdict: 'pass' },
    long: !fully || form === 'long',
  }));
}

function descriptors({ fully }: Model): Row[] {
  const row = { client: 'fin', hurry: HURRY, verdict: 'fail', kinds: ['fd'] } as const;
  const others = ['pipe', 'eventfd'];
  const rare = ['timerfd', 'epollfd', 'unixsock'];
  return [
    { ...row, fault: 'dup', long: !fully, says: /1010 × TCP socket/ },
    { ...row, fault: 'file', long: !fully },
    ...others.map((fault): Row => ({ ...row, fault, long: !fully })),
    ...rare.map((fault): Row => ({ ...row, fault, long: true })),
    {
      ...{ ...row, fault: 'eventfd', args: ['--every', '100'], long: !fully },
      says: /10 × eventfds.*\+3 \+3 \+3/s,
    },
  ];
}

/** It takes thousands of connections, which take a server that forks half a minute, and longer beside others. */
function memory({ fully, served }: Model): Row[] {
  const isSlow = served === 'by a child';
  const churn = isSlow ? PATIENCE : [];
  const row = { client: 'fin', churn, hurry: HURRY, verdict: 'fail' } as const;
  return [
    ...['64', '256', '4096'].map((bytes): Row => {
      const long = !fully || bytes === '256' || (isSlow && bytes === '64');
      const says = fully && bytes === '64' ? /memory grows by (7|8)\d B\/cycle/ : undefined;
      return { ...row, fault: 'malloc', args: ['--bytes', bytes], kinds: ['memory'], long, says };
    }),
    // A leak of 64 KB in 1000 cycles that finds room of 1 MB, which a crowd has left.
    ...(served === 'by itself'
      ? [
          {
            ...row,
            churn: PATIENCE,
            fault: 'malloc',
            args: ['--bytes', '64', ...ROOM],
            kinds: ['memory'] as const,
            long: !fully,
          },
        ]
      : []),
    { ...row, fault: 'stale', kinds: ['memory'], long: true },
    // The list that it grows is gone through as well.
    {
      ...row,
      fault: 'stale-search',
      churn: PATIENCE,
      kinds: ['memory'],
      allowed: ['work'],
      long: true,
    },
    { ...row, fault: 'mmap', kinds: ['mapping'], allowed: ['memory'], long: !fully || isSlow },
  ];
}

/** A server that does not accept any more, by its own doing or at its limit. */
function standstill({ fully }: Model): Row[] {
  return [
    {
      fault: 'stop-accepting',
      args: ['--at', '500'],
      client: 'fin',
      churn: SOON,
      verdict: 'fail',
      kinds: ['hang'],
      long: !fully,
      says: fully ? /stopped accepting: accepted 500 of 50[1-4]/ : undefined,
    },
    // listen() with a short backlog and with a long one: some connects succeed, or all of them.
    ...['5', '4096'].map(
      (backlog): Row => ({
        fault: 'never-accept',
        args: ['--backlog', backlog],
        client: 'fin',
        churn: SOON,
        verdict: 'fail',
        kinds: ['hang'],
        long: !fully,
        says: /accepted 0 of 4/,
      }),
    ),
    {
      fault: 'emfile-spin',
      client: 'fin',
      churn: SOON,
      hurry: HURRY,
      openFiles: 64,
      verdict: 'fail',
      kinds: ['fd', 'hang'],
      long: !fully,
      says: /limit 64: reached; accept\(\) answers EMFILE/,
    },
    // Nothing is wrong with these before their limit, and cycles that are closed do not come there: --nofile does.
    { fault: 'emfile-exit', client: 'fin', openFiles: 64, verdict: 'pass', long: !fully },
    { fault: 'emfile-stop', client: 'fin', openFiles: 64, verdict: 'pass', long: !fully },
    {
      fault: 'emfile-close',
      client: 'fin',
      hurry: HURRY,
      openFiles: 64,
      verdict: 'fail',
      kinds: ['fd'],
      long: !fully,
    },
  ];
}

/** What only some models can do wrong. */
function own({ name, more, fully }: Model): Row[] {
  const pool = name === 'thread_pool';
  const rows: readonly Row[] = [
    {
      ...{ fault: 'spin', client: 'fin', hurry: HURRY, verdict: 'fail', kinds: ['fd'], long: !fully },
      says: /keeps a CPU busy/,
    },
    {
      fault: 'worker-crash',
      args: ['--every', '60'],
      client: 'fin',
      hurry: HURRY,
      verdict: 'fail',
      kinds: ['restart'],
      allowed: ['refused'],
    },
    // Four workers become three. The client notices where the dead one had its request in its hands.
    {
      fault: 'worker-lost',
      args: ['--at', '500'],
      client: 'reply',
      churn: ['--send', 'hello\\n'],
      hurry: HURRY,
      verdict: 'fail',
      kinds: ['crash'],
      allowed: ['reply', 'refused'],
    },
    {
      fault: 'worker-leaves',
      args: ['--at', '500'],
      client: 'fin',
      hurry: HURRY,
      verdict: 'undecided',
      warns: ['crash'],
    },
    { fault: 'zombie', client: 'fin', hurry: HURRY, verdict: 'fail', kinds: ['zombie'] },
    {
      fault: 'zombie-coalesced',
      churn: ['--concurrency', '16'],
      client: 'fin',
      hurry: HURRY,
      verdict: 'fail',
      kinds: ['zombie'],
    },
    {
      fault: 'child-stays',
      args: ['--every', '20'],
      client: 'fin',
      hurry: HURRY,
      verdict: 'fail',
      kinds: ['child'],
    },
    pool
      ? {
          fault: 'thread-stays',
          client: 'fin',
          churn: SOON,
          hurry: HURRY,
          verdict: 'fail',
          kinds: ['hang'],
          allowed: ['fd'],
        }
      : {
          fault: 'thread-stays',
          args: ['--every', '10'],
          client: 'fin',
          hurry: HURRY,
          verdict: 'fail',
          kinds: ['thread'],
        },
    { fault: 'thread-unjoined', client: 'fin', hurry: HURRY, verdict: 'fail', kinds: ['mapping'] },
  ];
  return rows.filter(({ fault }) => fault && more.includes(fault));
}
