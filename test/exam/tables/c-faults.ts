import type { Case, Group, Row } from '../case.js';
import { cEndings } from './c-endings.js';
import { besides, IN_SHORT, MODELS, type Model } from './c-models.js';

const SOON = ['--timeout', '1s'];
const HURRY = ['--settle', '1500ms'];
const ROOM = ['--room', '1000000'];
const PATIENCE = ['--budget', '60s'];

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
  // Where a child stays with each connection, a thousand of them would test the machine.
  const args = model.served === 'by a child' ? ['--every', '20'] : [];
  const fails = { verdict: 'fail', kinds: ['fd'], hurry: HURRY } as const;
  const stays = { ...fails, ...besides(model), args };
  return [
    ...[1, 10, 100, 1000].map((every): Row => {
      const long = !model.fully && every !== 1;
      return { ...fails, fault: 'no-close', args: ['--every', String(every)], client: 'fin', long };
    }),
    { ...fails, fault: 'no-close', client: 'rst', long: !model.fully },
    { ...fails, fault: 'no-close', client: 'byte', long: true },
    { ...stays, fault: 'no-close-eof', client: 'fin', long: !model.fully },
    { ...stays, fault: 'no-close-rst', client: 'rst' },
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
    { ...row, fault: 'dup', long: !fully },
    { ...row, fault: 'file', long: !fully },
    ...others.map((fault): Row => ({ ...row, fault, long: !fully })),
    ...rare.map((fault): Row => ({ ...row, fault, long: true })),
    { ...row, fault: 'eventfd', args: ['--every', '100'], long: !fully },
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
      return { ...row, fault: 'malloc', args: ['--bytes', bytes], kinds: ['memory'], long };
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
    },
    {
      fault: 'never-accept',
      client: 'fin',
      churn: SOON,
      verdict: 'fail',
      kinds: ['hang'],
      long: !fully,
    },
    {
      fault: 'emfile-spin',
      client: 'fin',
      churn: SOON,
      hurry: HURRY,
      openFiles: 64,
      verdict: 'fail',
      kinds: ['fd', 'hang'],
      long: !fully,
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
    { fault: 'spin', client: 'fin', hurry: HURRY, verdict: 'fail', kinds: ['fd'], long: !fully },
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
