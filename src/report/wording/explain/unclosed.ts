import type { Explanation } from './explanation.js';

export const unclosed: Explanation = {
  summary: 'a client keeps connections open on which its request has failed',
  what: [
    'An answer did not come within the time that the client may wait (--patience), or it came and nobody read it. The connection is of no more use: who has given up has to close it.',
    'Without --patience nothing is accused of waiting, because a client may mean to wait for ever.',
  ],
  cause: 'the client has given up waiting, or never does, and the connection stays open',
  advice:
    'look at: what happens when the time of a request is up: a timeout that does not destroy the socket closes nothing',
  byHand: [{ run: "ss -tnp '( dport = :PORT )'", shows: 'Recv-Q above 0 is an answer that nobody has read' }],
  causes: [
    'A timer runs out, the caller gets an error, and nobody destroys the request.',
    'A body that is not wanted is not read either, and the connection never comes back to the pool.',
  ],
  sketches: [
    {
      language: 'Node',
      wrong: "the event 'timeout' tells, it does not close",
      before: `
const request = http.get(url, { timeout: 1000 });
request.on('timeout', () => reject(new Error('too slow')));`,
      after: `
const request = http.get(url, { timeout: 1000 });
request.on('timeout', () => request.destroy(new Error('too slow')));`,
    },
    {
      language: 'Go',
      wrong: 'the body of an error is left where it is',
      before: `
resp, err := client.Get(url)
if resp.StatusCode != 200 {
    return errors.New(resp.Status)
}`,
      after: `
resp, err := client.Get(url)
defer resp.Body.Close()
if resp.StatusCode != 200 {
    io.Copy(io.Discard, resp.Body)
    return errors.New(resp.Status)
}`,
    },
  ],
  next: [
    {
      run: 'churn serve --manner silent --patience 2s -- ./client {port}',
      shows: 'whether it closes what it has given up',
    },
  ],
};
