// Faulty: an agent for each request, so each leaves an idle connection of its own behind.
import http from 'node:http';
import { get } from './http-get.mjs';
import { makeRequests } from './requests.mjs';

await makeRequests(port => get(port, new http.Agent({ keepAlive: true })));
