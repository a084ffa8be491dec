/**
 * What all clients here are told: hosts (ports), how many requests, how many at a time, how long after each of them, and
 * how long they linger at the end. Who asks again at once may not know yet that a connection is free.
 */
export const PORTS = (process.env.PORTS ?? '').split(',').map(Number);
const REQUESTS = Number(process.env.REQUESTS ?? 40);
const AT_A_TIME = Number(process.env.AT_A_TIME ?? 1);
const PAUSE_MS = Number(process.env.PAUSE_MS ?? 0);
const LINGER_MS = Number(process.env.LINGER_MS ?? 0);

/** Makes the requests, so many at a time, from port to port; what fails is counted and goes on. */
export async function makeRequests(request) {
  let next = 0;
  let failed = 0;
  const worker = async () => {
    while (next < REQUESTS) {
      const port = PORTS[next++ % PORTS.length];
      await request(port).catch(() => failed++);
      if (PAUSE_MS > 0) await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  if (LINGER_MS > 0) await new Promise(resolve => setTimeout(resolve, LINGER_MS));
  process.exit(0);
}
