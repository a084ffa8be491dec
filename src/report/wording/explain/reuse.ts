import type { Explanation } from './explanation.js';

export const reuse: Explanation = {
  summary: 'a client makes a new connection for each request',
  what: [
    'The server offered to keep its connections open (keep-alive), and one was there or could have been. Each handshake costs a round trip, a port for a minute of TIME_WAIT, and with TLS some milliseconds of CPU at both ends.',
    'As many connections as requests are under way at a time are needed; what the server has closed has to be replaced. All others count as wasted. Processes that come and go have nothing to share and are not judged.',
  ],
  cause: 'the client closes each connection after its answer, or never uses it again',
  advice: 'make one client (session, agent, pool) and share it among the requests',
  byHand: [
    { run: 'ss -tan | grep -c TIME-WAIT', shows: 'how many connections were closed in the last minute' },
    {
      run: 'curl -v http://127.0.0.1:PORT/a http://127.0.0.1:PORT/b',
      shows: '"Re-using existing connection" is how it should be',
    },
  ],
  causes: [
    'Connection: close, or HTTP/1.0, is sent by default.',
    'A convenience function makes a session for each call: requests.get() in place of Session.get().',
    'The body is not read to its end, so the connection cannot be used again.',
  ],
  sketches: [
    {
      language: 'Python',
      wrong: 'a session for each call',
      before: `
for path in paths:
    requests.get(base + path)`,
      after: `
with requests.Session() as session:
    for path in paths:
        session.get(base + path)`,
    },
  ],
  next: [{ run: 'churn serve -- ./client {port}', shows: 'connections against requests' }],
};
