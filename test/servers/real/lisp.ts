import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { LaunchPlan, RealServer } from './recipe.js';

let compiled: string | undefined;

/** Where what the compiler makes of the libraries stays until this process ends: it takes half a minute. */
function cache(): string {
  if (compiled !== undefined) return compiled;
  const folder = mkdtempSync(join(tmpdir(), 'churn-lisp-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  compiled = folder;
  return folder;
}

/** Loads a library of Debian's, and the program with it. */
async function run(folder: string, library: string, program: string): Promise<LaunchPlan> {
  const path = join(folder, 'start.lisp');
  await writeFile(path, `${program}\n(loop (sleep 3600))\n`);
  const env = { HOME: folder, XDG_CACHE_HOME: cache() };
  const load = [
    ...['/usr/bin/sbcl', '--non-interactive', '--no-userinit'],
    ...['--eval', '(require :asdf)', '--eval', `(asdf:load-system :${library})`],
  ];
  const [sbcl = '', ...args] = load;
  await promisify(execFile)(sbcl, args, { env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
  return { command: [...load, '--load', path], env };
}

export const hunchentoot: RealServer = {
  name: 'hunchentoot',
  package: 'cl-hunchentoot',
  program: '/usr/bin/sbcl',
  prepare: (folder, port) =>
    run(
      folder,
      'hunchentoot',
      `(hunchentoot:define-easy-handler (hello :uri "/") () "hello")
(hunchentoot:start (make-instance 'hunchentoot:easy-acceptor :address "127.0.0.1" :port ${port}
  :access-log-destination nil :message-log-destination nil))`,
    ),
  long: true,
  notes: 'SBCL with a thread for every connection; collects when 53 MB have been allocated.',
};
