// Faulty: an agent of undici for each request.
import { Agent, request } from 'undici';
import { makeRequests } from './requests.mjs';

await makeRequests(async port => {
  const { body } = await request(`http://127.0.0.1:${port}/`, {
    dispatcher: new Agent({ keepAliveTimeout: 600_000 }),
  });
  await body.dump();
});
