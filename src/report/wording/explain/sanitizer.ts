import type { Explanation } from './explanation.js';

export const sanitizer: Explanation = {
  summary: "the server's own checker (ASan, LSan, TSan, UBSan, valgrind) reported errors",
  what: [
    'The server was built with a sanitizer, or ran under valgrind, and that wrote a report while churn made its cycles or when the server was stopped. What it says is taken as it is.',
    'LeakSanitizer and valgrind look for lost memory when the program leaves by exit(). A server that SIGTERM ends by default never gets there: let it handle SIGTERM and return from main().',
  ],
  cause: 'memory was used wrongly, or lost, while clients came and went',
  advice: 'look at: the whole report with its stacks, which --server-log FILE keeps',
  byHand: [
    { run: './server PORT', shows: 'built with -g -fsanitize=address, it writes its report on stderr' },
    {
      run: 'for i in $(seq 100); do : </dev/tcp/127.0.0.1/PORT; done',
      shows: 'a hundred clients that connect and close, in another shell',
    },
    { run: 'cat /proc/PID/maps', shows: 'libasan, liblsan or vgpreload: which checker is there' },
  ],
  causes: [
    'A connection is freed by the error path, and used once more by the usual one.',
    'A buffer is read or written one byte behind its end, often the one of a terminating zero.',
    'What was allocated for a connection is not freed when it ends early.',
    'Two threads change the same list of connections without a lock.',
  ],
  sketches: [
    {
      language: 'C',
      wrong: 'the buffer of a connection that ends early is lost',
      before: `
char *buffer = malloc(SIZE);
if (read(fd, buffer, SIZE) <= 0) { close(fd); return; }`,
      after: `
char *buffer = malloc(SIZE);
if (read(fd, buffer, SIZE) <= 0) { free(buffer); close(fd); return; }`,
    },
  ],
  next: [{ run: 'churn explain memory', shows: 'what is lost, and what only grows' }],
};
