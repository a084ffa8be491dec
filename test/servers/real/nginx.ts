import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'nginx',
  package: 'nginx',
  program: '/usr/sbin/nginx',
  prepare: (folder, port) => prepareNginx(folder, `listen 127.0.0.1:${port};`),
  notes: 'A master and two workers; each worker takes 768 connections, and closes the next one at once.',
};

export async function prepareNginx(folder: string, listen: string): Promise<{ command: string[] }> {
  const config = join(folder, 'nginx.conf');
  await writeFile(
    config,
    `daemon off;
${process.getuid?.() === 0 ? 'user www-data;' : ''}
worker_processes 2;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 768; }
http {
  access_log ${folder}/access.log;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  sendfile on;
  tcp_nopush on;
  server {
    ${listen}
    location / { return 200 "hello\\n"; }
  }
}
`,
  );
  return { command: ['/usr/sbin/nginx', '-c', config, '-e', `${folder}/error.log`] };
}
