import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grownInBoth } from '../../src/where/growth.js';
import { parseHistogram } from '../../src/where/java/classes.js';
import { ownFrames, parseThreads } from '../../src/where/java/thread-print.js';

const HISTOGRAM = ` num     #instances         #bytes  class name (module)
-------------------------------------------------------
   1:         12345         987654  [B (java.base@17.0.15)
   2:           400          12800  com.acme.Session
   3:           400           9600  [Lcom.acme.Session$Entry;
   4:            12            288  [[I (java.base@17.0.15)
Total         13157        1010342
`;

test('a histogram names arrays as a program does, and tells classes of the JDK from those of the program', () => {
  assert.deepEqual(
    [...parseHistogram(HISTOGRAM)].map(([name, { count, bytes }]) => `${name} ${count} ${bytes}`),
    [
      'byte[] (JDK) 12345 987654',
      'com.acme.Session 400 12800',
      'com.acme.Session$Entry[] 400 9600',
      'int[][] (JDK) 12 288',
    ],
  );
});

test('what is filled once has not grown, nor what a few connections left for a moment', () => {
  const census = (session: number, pool: number, last: number) =>
    new Map(
      Object.entries({ session, pool, last }).map(([name, count]) => [name, { count, bytes: 8 * count }]),
    );
  assert.deepEqual(grownInBoth([census(1, 0, 0), census(101, 50, 1), census(201, 50, 2)], 100), [
    { key: 'session', count: 200, bytes: 1_600 },
  ]);
});

/** As OpenJDK 17, 21 and 8 print them. */
const PRINTS: ReadonlyArray<readonly [jdk: string, text: string]> = [
  [
    'OpenJDK 17',
    `"pool-1 "x" #31" #31 daemon prio=5 os_prio=0 cpu=0.09ms elapsed=2.95s tid=0x00007f nid=0x2a waiting on condition  [0x00007f]
   java.lang.Thread.State: WAITING (parking)
	at jdk.internal.misc.Unsafe.park(java.base@17.0.15/Native Method)
	- parking to wait for  <0x00000000e12> (a java.util.concurrent.CountDownLatch$Sync)
	at java.util.concurrent.CountDownLatch.await(java.base@17.0.15/CountDownLatch.java:230)
	at com.acme.Server.lambda$main$0(Server.java:92)
	at com.acme.Server$$Lambda$14/0x0000000800c8b208.run(Unknown Source)
	at java.lang.Thread.run(java.base@17.0.15/Thread.java:840)
`,
  ],
  [
    'a class loader with a name',
    `"worker" #31 [4711] daemon prio=5 os_prio=0 cpu=0.09ms elapsed=2.95s tid=0x00007f nid=4711 waiting on condition  [0x00007f]
	at java.util.concurrent.CountDownLatch.await(java.base@21.0.2/CountDownLatch.java:230)
	at app//com.acme.Server.lambda$main$0(app//Server.java:92)
`,
  ],
  [
    'OpenJDK 8',
    `"worker" #12 daemon prio=5 os_prio=0 tid=0x00007f nid=0x2a waiting on condition [0x00007f]
   java.lang.Thread.State: WAITING (parking)
	at java.util.concurrent.CountDownLatch.await(CountDownLatch.java:230)
	at com.acme.Server.lambda$main$0(Server.java:92)
`,
  ],
];

for (const [jdk, text] of PRINTS)
  test(`of a thread the call of the JDK and the line of the program are told (${jdk})`, () => {
    const [thread, ...more] = parseThreads(`Full thread dump:\n\n${text}\n"VM Thread" os_prio=0 cpu=9ms\n`);
    assert.ok(thread);
    assert.deepEqual(more, []);
    const { call, own } = ownFrames(thread);
    assert.equal(call, 'CountDownLatch.await');
    assert.deepEqual(
      own.map(({ className, method, file, line }) => `${className}.${method} ${file}:${line}`),
      ['com.acme.Server.lambda$main$0 Server.java:92'],
    );
  });
