// An echo server on node:tls, with a certificate made at its start.
//   node tls.mjs [--port N] [--host ADDR] [--fault NAME] [--every K] [--list-faults]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';

import { listen, readArguments } from './fixture.mjs';

const options = readArguments({
  'no-close-abort': 'every Kth connection whose handshake was begun and abandoned stays',
  'no-close-unclean': 'every Kth connection that ends without close_notify after its handshake stays',
});

const kept = [];
const ended = new WeakSet();
let connections = 0;

const server = createServer({ ...certificate(), maxVersion: 'TLSv1.3' }, channel => {
  const raw = channel._parent;
  raw.secured = true;
  channel.on('error', () => {});
  channel.on('end', () => ended.add(raw)); // after close_notify, or after a FIN without it
  channel.pipe(channel);
});

server.on('connection', raw => {
  connections += 1;
  if (options.fault === undefined || connections % options.every !== 0) return;
  // Node closes by itself, so it takes a hook to forget.
  raw._destroy = (error, done) => {
    if (!isForgotten(raw)) return Socket.prototype._destroy.call(raw, error, done);
    kept.push(raw);
    done(error);
  };
});
server.on('tlsClientError', () => {});

function isForgotten(raw) {
  if (options.fault === 'no-close-unclean') return raw.secured === true && !ended.has(raw);
  return !raw.secured && beganHandshake(raw);
}

/** A ClientHello has some hundred bytes; what is no TLS at all is turned away after the first. */
function beganHandshake(raw) {
  return raw.bytesRead > 200;
}

function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'churn-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  try {
    execFileSync('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await listen(server, options);
