import { formatCount } from '../../units.js';
import { growthWords } from './growth.js';
import { CONNECT_AND_CLOSE, leaks } from './words.js';

/** Threads that live on after their connection. */
export const thread = growthWords<'thread'>('threads', {
  fault: ({ count }) => `leaked threads: ${count}`,
  does: leaks('thread'),
  explanation: {
    summary: 'threads that were started for a connection and have not returned',
    what: [
      'The client has gone, the thread that served it is still there. It sleeps in a call that nothing will end, or it waits for a lock.',
      'Each thread has a stack (8 MiB of address space by default) and counts as a process against the limits of user and container. At the limit pthread_create() answers EAGAIN.',
      'A pool that fills up to its size is no such case: its growth ends. What is accused here grew again in each further round of connections.',
    ],
    cause: 'a thread was started for a connection and has not returned',
    advice: 'look at: what the thread waits for after its connection is closed (cat /proc/PID/task/*/wchan)',
    adviceFor: {
      go: 'look at: a call that blocks its thread in C (cgo, LockOSThread, a file on a slow disk) for a connection that is gone; pprof/threadcreate, and GOTRACEBACK=all with SIGQUIT tell where they stand',
      ruby: 'look at: Thread.new for a connection and what it waits for: a Queue#pop or gets without a timeout; Thread.list and thread.backtrace tell',
      perl: 'look at: threads->create for a connection without detach or join, and what it waits for',
      php: 'look at: which extension starts a thread for a request, and what ends it',
      dotnet:
        'look at: new Thread() for a connection, or calls that block threads of the pool (.Result, .Wait()), which adds one more each second; dotnet-stack report says where they stand',
      beam: 'look at: NIFs and drivers that start threads; processes of Erlang are none',
      collected:
        'look at: what the thread that was started for a connection waits for after the client has gone (cat /proc/PID/task/*/wchan)',
      thread:
        'look at: what the thread function waits for after its connection is closed (cat /proc/PID/task/*/wchan), and that it returns; then pthread_detach() or pthread_join() gives its stack back',
      java: 'look at: jstack PID, which says where each thread stands; an executor made for one connection needs shutdown()',
      python:
        'look at: what threading.Thread waits for after the client has gone: a queue.get() or recv() without a timeout, an Event that nobody sets',
      node: "look at: new Worker() for a connection; call worker.terminate() when the socket emits 'close'",
    },
    byHand: [
      ['ls /proc/PID/task | wc -l', 'how many threads there are; note the number'],
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in bash'],
      ['ls /proc/PID/task | wc -l', 'the number again'],
      [
        'for t in /proc/PID/task/*; do cat $t/wchan; echo; done | sort | uniq -c',
        'what they sleep in: a futex is a lock, a condition or a join, others tell by their name',
      ],
    ],
    causes: [
      'The thread waits for a second thread of the same connection (a writer, a timer), which nobody tells that it is over.',
      'A wait on a condition or a queue that has no timeout, and whose signal is not sent on the error path.',
      'recv() on a socket that another thread has closed: close() does not wake it, shutdown() does.',
      'A lock that is kept by an early return.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'closing a descriptor does not wake the thread that reads from it',
        before: `
close(conn->fd);                   /* the reader sleeps in recv() for ever */
free(conn);`,
        after: `
shutdown(conn->fd, SHUT_RDWR);     /* the reader's recv() returns 0 */
pthread_join(conn->reader, NULL);
close(conn->fd);
free(conn);`,
      },
      {
        language: 'Java',
        wrong: 'an executor for each connection, whose threads wait for more work',
        before: `
ExecutorService writer = Executors.newSingleThreadExecutor();
writer.submit(() -> answer(socket));`,
        after: `
ExecutorService writer = Executors.newSingleThreadExecutor();
try { writer.submit(() -> answer(socket)).get(); }
finally { writer.shutdown(); }     // better: one pool for all connections`,
      },
      {
        language: 'Python',
        wrong: 'nobody tells the writer that the reader has seen the end',
        before: `
def writer(conn, queue):
    while True:
        conn.sendall(queue.get())`,
        after: `
def writer(conn, queue):
    while (data := queue.get()) is not None:
        conn.sendall(data)
# and where the reader ends, in its finally: queue.put(None)`,
      },
    ],
    next: [
      ['churn explain mapping', 'threads that did return, but were never joined'],
      ['churn --port PORT --client byte', 'does a client that had sent something leave threads too?'],
    ],
  },
});

/** Mappings that stay; most often the stacks of threads that did return and that nobody joined. */
export const mapping = growthWords<'mapping'>('memory mappings', {
  fault: ({ count }) => `leaked mappings: ${count}`,
  does: () => ['leaks mappings'],
  cell: ({ count }) => `mappings: +${formatCount(count)}`,
  explanation: {
    summary: 'memory mappings that stay, such as the stacks of threads nobody joined',
    what: [
      'The address space of a process is a list of mappings: its program, its libraries, its heap, the stacks of its threads, and what it mmap()s. Here the list gets longer with each connection.',
      'The usual case is invisible in every other number: a thread has returned, so the count of threads is right, but nobody joined or detached it, so its stack stays (8 MiB of address space, and little memory).',
      'The kernel allows 65530 mappings for a process. After that mmap(), malloc() and pthread_create() fail with ENOMEM or EAGAIN.',
    ],
    cause:
      'mappings stay after each connection: threads that were never joined or detached keep their stacks, or mmap() without munmap()',
    advice: 'look at: pthread_join or pthread_detach for every pthread_create; cat /proc/PID/maps',
    adviceFor: {
      go: 'look at: syscall.Mmap without Munmap, and cgo; Go itself maps its heap in steps, and a thread for each call that blocks',
      ruby: 'look at: Thread.new for a connection that does not end, and extensions that map files',
      perl: 'look at: threads->create without join or detach, and modules in C that map files',
      php: 'look at: extensions that map files or start threads for a request',
      dotnet: 'look at: MemoryMappedFile without using, and native libraries that start threads',
      beam: 'look at: NIFs and drivers that map files or start threads; the heaps of Erlang are mapped in steps',
      collected:
        'look at: files that are mapped for a connection, threads of the operating system that do not end, libraries in C; a collected heap itself is mapped in steps',
      'poll-loop': 'look at: mmap() for a connection without munmap() where close(fd) is called',
      thread:
        'look at: threads that nobody joins: pthread_detach() after pthread_create(), or pthread_join() of each one; returning is not enough',
      java: 'look at: FileChannel.map() for a connection (unmapped only by a collection), and native libraries that start threads',
      python: 'look at: mmap.mmap() without close(), and extension modules that start threads',
      node: 'look at: native addons that start threads or map files; Node itself maps its heap in steps',
    },
    byHand: [
      ['cat /proc/PID/maps | wc -l', 'how many mappings there are; note the number'],
      [CONNECT_AND_CLOSE, 'a hundred clients that connect and close, in bash'],
      ['cat /proc/PID/maps | wc -l', 'the number again: two more for each thread nobody joined'],
      [
        'cat /proc/PID/maps | tail -20',
        'what they are: a stack is a large rw-p, a guard page ---p before it',
      ],
      ['cat /proc/sys/vm/max_map_count', 'the limit'],
    ],
    causes: [
      'pthread_create() for each connection without pthread_join() and without pthread_detach().',
      'mmap() of a file for a reply, and no munmap() on the path where the client has gone.',
      'A large buffer from malloc(), which is a mapping of its own above 128 KiB, and that is not freed.',
    ],
    sketches: [
      {
        language: 'C',
        wrong: 'the thread ends, but its stack waits for somebody who joins it',
        before: `
pthread_t t;
pthread_create(&t, NULL, serve, conn);`,
        after: `
pthread_t t;
if (pthread_create(&t, NULL, serve, conn) == 0)
    pthread_detach(t);             /* gives everything back when serve() returns */
else
    close(conn->fd);`,
      },
      {
        language: 'C',
        wrong: 'the path on which the client has gone leaves out munmap()',
        before: `
char *page = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
if (send_all(fd, page, size) < 0) return -1;
munmap(page, size);`,
        after: `
char *page = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
int sent = send_all(fd, page, size);
munmap(page, size);
if (sent < 0) return -1;`,
      },
      {
        language: 'Python',
        wrong: 'the mapping is closed only when nothing refers to it any more',
        before: `
view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
conn.sendall(view)`,
        after: `
with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
    conn.sendall(view)`,
      },
    ],
    next: [
      ['churn --port PORT --cycles 5000', 'does it go on at the same pace?'],
      ['churn explain thread', 'threads that have not returned at all'],
    ],
  },
});
