// Node's own fetch. `unread`: faulty, the body of an answer is left where it is, and the answer is kept.
import { makeRequests } from './requests.mjs';

const [how] = process.argv.slice(2);
const kept = [];
await makeRequests(async port => {
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  if (how === 'unread') kept.push(answer);
  else await answer.text();
});
