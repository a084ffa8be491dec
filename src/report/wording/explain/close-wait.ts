import type { Explanation } from './explanation.js';

export const closeWait: Explanation = {
  summary: 'a client keeps sockets whose other end the server has closed',
  what: [
    'CLOSE_WAIT is the state of a socket that has got a FIN and was not closed. No timer ends it: only close() does, or the end of the process.',
    'A pool that looks at its connections when it needs one may have some for a while, as many as it ever used at a time. More than that are forgotten.',
  ],
  cause: 'the server closed, the client never called close()',
  advice:
    'look at: the path where read() returns 0 or the answer breaks off; close there, not only after success',
  byHand: [
    {
      run: "ss -tnp state close-wait '( dport = :PORT )'",
      shows: 'the sockets, and the process that has them',
    },
    { run: 'ls /proc/PID/fd | wc -l', shows: 'how many descriptors the client has, now and a minute later' },
  ],
  causes: [
    'The error path returns before it closes: a status that was not expected, an answer that breaks off.',
    'A response is kept in a variable or a list, and its connection with it.',
    'Several clients are made, each with a pool, and each pool keeps what the server has closed until its next use, which never comes.',
  ],
  sketches: [
    {
      language: 'Python',
      wrong: 'a response that is not closed when its status is wrong',
      before: `
answer = http.request("GET", url, preload_content=False)
if answer.status != 200:
    raise Failed(answer.status)`,
      after: `
answer = http.request("GET", url, preload_content=False)
try:
    if answer.status != 200:
        raise Failed(answer.status)
finally:
    answer.drain_conn()
    answer.release_conn()`,
    },
  ],
  next: [
    {
      run: 'churn serve --manner close -- ./client {port}',
      shows: 'what the client does when the server closes',
    },
  ],
};
