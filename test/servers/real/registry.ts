import { recipe as apacheEvent } from './apache-event.js';
import { recipe as apachePrefork } from './apache-prefork.js';
import { recipe as apacheWorker } from './apache-worker.js';
import { recipe as beanstalkd } from './beanstalkd.js';
import { recipe as dnsmasq } from './dnsmasq.js';
import { recipe as haproxy } from './haproxy.js';
import { recipe as lighttpd } from './lighttpd.js';
import { recipe as memcached } from './memcached.js';
import { recipe as mosquitto } from './mosquitto.js';
import { recipe as nginx } from './nginx.js';
import { recipe as nginxTls } from './nginx-tls.js';
import { recipe as postgres } from './postgres.js';
import { recipe as pythonHttp } from './python-http.js';
import type { RealServer } from './recipe.js';
import { recipe as redis } from './redis.js';
import { recipe as socat } from './socat.js';
import { recipe as sshd } from './sshd.js';
import { recipe as stunnel } from './stunnel.js';
import { recipe as tinyproxy } from './tinyproxy.js';
import { recipe as varnish } from './varnish.js';
import { recipe as vsftpd } from './vsftpd.js';

export type { RealServer } from './recipe.js';

export const realServers: readonly RealServer[] = [
  nginx,
  nginxTls,
  apachePrefork,
  apacheWorker,
  apacheEvent,
  lighttpd,
  haproxy,
  varnish,
  tinyproxy,
  stunnel,
  redis,
  memcached,
  mosquitto,
  beanstalkd,
  postgres,
  sshd,
  vsftpd,
  dnsmasq,
  pythonHttp,
  socat,
];
