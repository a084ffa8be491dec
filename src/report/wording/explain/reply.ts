import type { Explanation } from './explanation.js';

export const reply: Explanation = {
  summary: 'requests that were not answered, or not as was expected',
  what: [
    'The server accepted the connection and got a request. Then it closed without an answer, said nothing until the deadline of the cycle (--timeout), or said something else than what --expect or --protocol asks for.',
    'connect() proves nothing, because the kernel makes the handshake; an answer proves that the server serves.',
  ],
  cause: 'the server takes the connection and the request, but it does not answer as it should',
  advice:
    'look at: what the server does with this very request: does it read the whole of it, and flush what it writes?',
  byHand: [
    {
      run: "for i in 1; do exec 3<>/dev/tcp/127.0.0.1/PORT; printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n' >&3; timeout 5 head -c 300 <&3; done",
      shows: 'what it answers, in bash; put your own request in place of this one',
    },
    { run: "ss -tn '( sport = :PORT )'", shows: 'Recv-Q above 0 is a request that nobody has read' },
    { run: 'cat /proc/PID/task/*/wchan', shows: 'what its threads sleep in while they should answer' },
  ],
  causes: [
    'The request is not complete in the eyes of the server: a missing \\r\\n, a length that is not that of the data.',
    'The answer stays in a buffer that is not flushed.',
    'One read() is taken for one request, and a request that comes in two pieces is never put together.',
    'An error in the handler closes the connection without a word.',
    'A pool of workers or of connections to a database is used up, and the request waits for ever.',
  ],
  sketches: [
    {
      language: 'C',
      wrong: 'one read() is taken for one request',
      before: `
n = read(fd, buf, sizeof buf);
handle(buf, n);`,
      after: `
while ((n = read(fd, buf + have, sizeof buf - have)) > 0) {
    have += n;
    if (is_complete(buf, have)) { handle(buf, have); have = 0; }
}`,
    },
    {
      language: 'Python',
      wrong: 'the answer stays in the buffer of the file object',
      before: `
out = conn.makefile("wb")
out.write(answer)`,
      after: `
out = conn.makefile("wb")
out.write(answer)
out.flush()`,
    },
  ],
  next: [
    {
      run: 'churn --port PORT --client reply --protocol http',
      shows: 'the ready requests: http, redis, smtp, echo',
    },
    {
      run: "churn --port PORT --client reply --send 'PING\\r\\n' --expect PONG",
      shows: 'a request of your own, and what has to be in the answer',
    },
  ],
};
