// The fixed one: one agent for all, at most 2 idle connections per host, closed when idle for a while or after a failure.
import http from 'node:http';
import { get } from './http-get.mjs';
import { makeRequests } from './requests.mjs';

const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 2, timeout: 10_000 });
await makeRequests(port =>
  get(port, agent).catch(error => {
    agent.destroy();
    throw error;
  }),
);
