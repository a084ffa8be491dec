/** Faults that no table asks about, by server, each with the reason. */
export const EXCLUSIONS: Readonly<Record<string, string>> = {
  'node/cluster worker-crash':
    "Node's primary may keep the one socket that was on its way to the worker that dies: a true leak of Node, or none, as chance will have it.",
};
