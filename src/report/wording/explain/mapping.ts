import { CONNECT_AND_CLOSE, type Explanation } from './explanation.js';

export const mapping: Explanation = {
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
    { run: 'cat /proc/PID/maps | wc -l', shows: 'how many mappings there are; note the number' },
    { run: CONNECT_AND_CLOSE, shows: 'a hundred clients that connect and close, in bash' },
    { run: 'cat /proc/PID/maps | wc -l', shows: 'the number again: two more for each thread nobody joined' },
    {
      run: 'cat /proc/PID/maps | tail -20',
      shows: 'what they are: a stack is a large rw-p, a guard page ---p before it',
    },
    { run: 'cat /proc/sys/vm/max_map_count', shows: 'the limit' },
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
    { run: 'churn --port PORT --cycles 5000', shows: 'does it go on at the same pace?' },
    { run: 'churn explain thread', shows: 'threads that have not returned at all' },
  ],
};
