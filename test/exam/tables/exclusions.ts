/** Faults that no table asks about, by server, each with the reason. */
export const EXCLUSIONS: Readonly<Record<string, string>> = {
  'c/select stale-slot':
    'Four bytes for each connection: after 10 000 of them a connection cost 65 µs instead of 63, and memory had risen by at most 13 B for each. Neither tells it from noise; the twin in poll, which the kernel goes through, is asked.',
  'node/cluster worker-crash':
    "Node's primary may keep the one socket that was on its way to the worker that dies: a true leak of Node, or none, as chance will have it.",
};
