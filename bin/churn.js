#!/usr/bin/env node
// What cannot even be loaded (no descriptors are left, half an installation) is no word about the server.
import('../dist/cli/start.js').catch(({ message }) => {
  const hint = 'Look at ulimit -n, or install it anew.';
  process.stderr.write(`churn: it could not be loaded: ${message}\nhint: ${hint}\n`);
  process.exitCode = 2;
});
