import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownFrames, parseGoroutines, parseHeap, scaled } from '../../src/where/go/profiles.js';

const GOROUTINES = `goroutine 34 [running]:
runtime/pprof.writeGoroutineStacks({0x7d8a40, 0xc000})
	/usr/lib/go/src/runtime/pprof/pprof.go:703 +0x70
created by net/http.(*Server).Serve
	/usr/lib/go/src/net/http/server.go:3102 +0x4db

goroutine 7 [chan receive, 3 minutes]:
main.(*hub[...]).wait(0xc0001, {0x7d8a40, 0xc000})
	/srv/app/server.go:71 +0x1b
created by main.forget in goroutine 5
	/srv/app/server.go:63 +0x85

goroutine 8 [chan receive]:
main.(*hub[...]).wait(0xc0002, {0x7d8a40, 0xc000})
	/srv/app/server.go:71 +0x1b
created by main.forget in goroutine 6
	/srv/app/server.go:63 +0x85

goroutine 9 [IO wait, locked to thread]:
internal/poll.runtime_pollWait(0x7f, 0x72)
	/usr/lib/go/src/runtime/netpoll.go:305 +0x89
bufio.(*Reader).Read(0xc0002)
	/usr/lib/go/src/bufio/bufio.go:227 +0x1a
github.com/some/lib.Serve(...)
	/home/me/go/pkg/mod/github.com/some/lib@v1.2.3/serve.go:9
app/inner.echo(0x1)
	/srv/app/inner/echo.go:12 +0x11
created by main.main
	/srv/app/server.go:20 +0x11
`;

test('goroutines of one stack are one, however long they wait, and that which answers is none', () => {
  const profile = parseGoroutines(GOROUTINES);
  assert.ok(profile);
  assert.deepEqual(
    [...profile.census].map(([key, { count }]) => {
      const { state, frames = [], startedBy } = profile.stacks.get(key) ?? {};
      const { call, own } = ownFrames(frames);
      return [count, state, call, ...own.map(lineOf), startedBy && lineOf(startedBy)];
    }),
    [
      [2, 'chan receive', undefined, 'main.(*hub[...]).wait server.go:71', 'main.forget server.go:63'],
      [1, 'IO wait', 'github.com/some/lib.Serve', 'app/inner.echo echo.go:12', 'main.main server.go:20'],
    ],
  );
});

const HEAP = `heap profile: 3: 12288 [9: 36864] @ heap/1048576
2: 8192 [8: 32768] @ 0x6f6d8c 0x6f6d8d
#	0x6f6d8b	main.keep+0x8b			/srv/app/server.go:77
#	0x6f6d8c	net/http.(*conn).serve+0x62f	/usr/lib/go/src/net/http/server.go:1991

0: 0 [1: 4096] @ 0x43a0d6
#	0x43a0d5	main.gone+0x5	/srv/app/server.go:9


# runtime.MemStats
# Alloc = 1
`;

test('of a heap what is in use is told by the line that allocates it', () => {
  const profile = parseHeap(HEAP);
  assert.ok(profile);
  const [[key, amount] = [], gone] = [...profile.census];
  assert.deepEqual(ownFrames(profile.stacks.get(key ?? '')?.frames ?? []).own.map(lineOf), [
    'main.keep server.go:77',
  ]);
  assert.deepEqual(amount, scaled({ count: 2, bytes: 8_192 }, 524_288));
  assert.deepEqual(gone?.[1], { count: 0, bytes: 0 });
});

test('a sample of an object of 4 KiB stands for some 128 of them, and one that is as large as the rate for itself and some more', () => {
  assert.equal(Math.round(scaled({ count: 1, bytes: 4_096 }, 524_288).count), 129);
  assert.equal(scaled({ count: 1, bytes: 524_288 }, 524_288).count.toFixed(2), '1.58');
});

for (const text of ['', '{"goroutines": 3}', '<html>404</html>', 'goroutine profile: total 3\n'])
  test(`${JSON.stringify(text)} is no profile`, () => {
    assert.equal(parseGoroutines(text), undefined);
    assert.equal(parseHeap(text), undefined);
  });

function lineOf({ function: name, file, line }: { function: string; file: string; line: number }): string {
  return `${name} ${file.split('/').at(-1)}:${line}`;
}
