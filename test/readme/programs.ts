import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';

/**
 * The programs that the commands of the README name, as small as they can be: each says what it does in one line of shell.
 * `web` is the port of the server that loads are made against.
 */
const PROGRAMS = (web: number) => ({
  k6: `for _ in $(seq 40); do curl -s -o /dev/null http://127.0.0.1:${web}/; done`,
  artillery: `echo 'Phase started: reset (index: 0, duration: 1s)'; for _ in $(seq 40); do curl -s -o /dev/null http://127.0.0.1:${web}/; done`,
  'count-leases': 'echo 0',
  client: [
    'case "$1" in',
    '--when-open) until curl -s -o /dev/null "http://127.0.0.1:$2/"; do sleep 0.02; done; exit ;;',
    '--again-and-again) while :; do curl -s -o /dev/null "http://127.0.0.1:$2/"; sleep 0.02; done ;;',
    'esac',
    `for to in $(echo "\${1:-$PORT}" | tr , ' '); do`,
    'case "$to" in http*) ;; *) to="http://127.0.0.1:$to/" ;; esac',
    'curl -s -o /dev/null "$to" "$to" "$to"',
    'done',
    '# Whatever became of the requests.',
    'exit 0',
  ].join('\n'),
});

export function writeProgram(folder: string, name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

export function writePrograms(folder: string, web: number): void {
  for (const [name, script] of Object.entries(PROGRAMS(web))) writeProgram(folder, name, script);
  const scripts = { test: './k6', acceptance: './client' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, scripts }));
}

/** Numbers as a server exposes them that gives back what it leases. */
export function metricsServer(): Server {
  const text = [
    'process_open_fds 12',
    'process_resident_memory_bytes 10000000',
    'hikaricp_connections_active 0',
    'leased{pool="db"} 0',
    '',
  ].join('\n');
  return createServer((request, response) => {
    response.end(request.url === '/metrics' ? text : JSON.stringify({ pools: [{ leased: 0 }] }));
  });
}
