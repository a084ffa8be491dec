// The fixed one: one agent, at most 2 connections per host, closed when idle for ten seconds.
import { Agent, request } from 'undici';
import { makeRequests } from './requests.mjs';

const dispatcher = new Agent({ connections: 2, keepAliveTimeout: 10_000 });
await makeRequests(async port => {
  const { body } = await request(`http://127.0.0.1:${port}/`, { dispatcher });
  await body.dump();
});
