import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyOf } from '../../src/target/proxy.js';

const PROXIES: ReadonlyArray<readonly [command: string, port: number | undefined]> = [
  [
    'docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 -container-port 80',
    80,
  ],
  ['socat TCP-LISTEN:8080,fork TCP:127.0.0.1:9000', 9_000],
  ['socat TCP4-LISTEN:8080,fork,reuseaddr tcp4-connect:host:81,nodelay', 81],
  ['socat tcp-listen:8080 UNIX-CONNECT:/run/app.sock', undefined],
  ['haproxy -f /etc/haproxy/haproxy.cfg', undefined],
  ['stunnel4 /etc/stunnel/x.conf', undefined],
  ['/usr/lib/systemd/systemd-socket-proxyd 127.0.0.1:9000', 9_000],
  ['ssh -N -L 8080:localhost:80 host', 80],
];

for (const [command, port] of PROXIES) {
  test(`${command} passes connections on${port === undefined ? '' : ` to port ${port}`}`, () => {
    const args = command.split(' ');
    assert.equal(proxyOf(args[0]?.split('/').at(-1), args)?.port, port);
    assert.ok(proxyOf(args[0]?.split('/').at(-1), args));
  });
}

for (const command of [
  'socat TCP-LISTEN:8080,fork EXEC:cat',
  'nginx: master process',
  './server 9000',
  'sshd -D',
]) {
  test(`${command} serves by itself`, () => {
    const args = command.split(' ');
    assert.equal(proxyOf(args[0], args), undefined);
  });
}
