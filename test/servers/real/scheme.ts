import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const guileWeb: RealServer = {
  name: 'guile-web',
  package: 'guile-3.0',
  program: '/usr/bin/guile',
  prepare: async (folder, port) => {
    const program = join(folder, 'hello.scm');
    await writeFile(
      program,
      `(use-modules (web server))
(run-server (lambda (request body) (values '((content-type . (text/plain))) "hello\\n"))
            'http '(#:host "127.0.0.1" #:port ${port}))
`,
    );
    return { command: ['/usr/bin/guile', '--no-auto-compile', program], env: { HOME: folder } };
  },
  long: true,
  notes: 'The HTTP server of the standard library: one thread around poll, a heap of the Boehm collector.',
};

export const racketWeb: RealServer = {
  name: 'racket-web',
  package: 'racket',
  program: '/usr/bin/plt-web-server',
  prepare: async (folder, port) => ({
    command: ['/usr/bin/plt-web-server', '--ip-address', '127.0.0.1', '--port', String(port)],
    env: { HOME: folder, PLTADDONDIR: folder },
  }),
  long: true,
  notes: 'Green threads, a manager that closes a connection that has been silent for too long.',
};
