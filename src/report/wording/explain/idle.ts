import type { Explanation } from './explanation.js';

export const idle: Explanation = {
  summary: 'a client keeps more idle connections than it needs, or for too long',
  what: [
    'An idle connection is healthy as long as it is used again. A pool that keeps as many as it ever used at a time is fine; one that gets a new one with each request, beside those that are idle, ends at the limit of descriptors.',
    '--max-idle, --max-idle-per-port and --idle-limit say what this client may keep. Without them only a hoard fails: more than were ever needed at a time, and most requests brought another one.',
  ],
  cause: 'the client opens a new connection beside those that are idle',
  advice: 'look at: where the client object is made; make one, and share it',
  byHand: [
    {
      run: 'watch -n 1 "ss -tn state established \'( dport = :PORT )\' | wc -l"',
      shows: 'connections, second by second',
    },
  ],
  causes: [
    'A new client, agent, session or transport is made for each request; each has a pool of its own.',
    'The pool has no limit of idle connections, or no time after which it closes them.',
    'Bodies are not read to their end, so no connection is ever free.',
  ],
  sketches: [
    {
      language: 'Go',
      wrong: 'a transport for each request, each with its own idle connection',
      before: `
func get(url string) (*http.Response, error) {
    client := &http.Client{Transport: &http.Transport{}}
    return client.Get(url)
}`,
      after: `
var client = &http.Client{Transport: &http.Transport{
    MaxIdleConns: 5, MaxIdleConnsPerHost: 2, IdleConnTimeout: 10 * time.Second,
}}

func get(url string) (*http.Response, error) { return client.Get(url) }`,
    },
    {
      language: 'Node',
      wrong: 'an agent for each request',
      before: `
http.get(url, { agent: new http.Agent({ keepAlive: true }) }, read);`,
      after: `
const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 2, timeout: 10_000 });
http.get(url, { agent }, read);`,
    },
  ],
  next: [
    {
      run: 'churn serve --max-idle 5 --max-idle-per-port 2 --ports 3 -- ./client {ports}',
      shows: 'against limits of your own',
    },
  ],
};
