import { CONNECT_AND_CLOSE, type Explanation } from './explanation.js';

export const thread: Explanation = {
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
    { run: 'ls /proc/PID/task | wc -l', shows: 'how many threads there are; note the number' },
    { run: CONNECT_AND_CLOSE, shows: 'a hundred clients that connect and close, in bash' },
    { run: 'ls /proc/PID/task | wc -l', shows: 'the number again' },
    {
      run: 'for t in /proc/PID/task/*; do cat $t/wchan; echo; done | sort | uniq -c',
      shows: 'what they sleep in: a futex is a lock, a condition or a join, others tell by their name',
    },
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
    { run: 'churn explain mapping', shows: 'threads that did return, but were never joined' },
    {
      run: 'churn --port PORT --client byte',
      shows: 'does a client that had sent something leave threads too?',
    },
  ],
};
