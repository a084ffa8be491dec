import { recipe as apacheEvent } from './apache-event.js';
import { recipe as apachePrefork } from './apache-prefork.js';
import { recipe as apacheWorker } from './apache-worker.js';
import { recipe as beanstalkd } from './beanstalkd.js';
import { recipe as caddy } from './caddy.js';
import { recipe as copas } from './copas.js';
import { recipe as dnsmasq } from './dnsmasq.js';
import { ejabberd, inets, rabbitmq, yaws } from './erlang.js';
import { recipe as etcd } from './etcd.js';
import { recipe as haproxy } from './haproxy.js';
import { gitit, hledgerWeb } from './haskell.js';
import { recipe as httpDaemon } from './http-daemon.js';
import { recipe as lighttpd } from './lighttpd.js';
import { hunchentoot } from './lisp.js';
import { recipe as luaHttp } from './lua-http.js';
import { recipe as memcached } from './memcached.js';
import { recipe as mojolicious } from './mojolicious.js';
import { monoHttp } from './mono.js';
import { recipe as mosquitto } from './mosquitto.js';
import { recipe as nginx } from './nginx.js';
import { recipe as nginxTls } from './nginx-tls.js';
import { recipe as nodeExporter } from './node-exporter.js';
import { ocsigen, unison } from './ocaml.js';
import { recipe as phpBuiltin } from './php-builtin.js';
import { recipe as phpFpm } from './php-fpm.js';
import { recipe as postgres } from './postgres.js';
import { recipe as prosody } from './prosody.js';
import { recipe as puma } from './puma.js';
import { recipe as pythonHttp } from './python-http.js';
import type { RealServer } from './recipe.js';
import { recipe as redis } from './redis.js';
import { guileWeb, racketWeb } from './scheme.js';
import { recipe as sinatra } from './sinatra.js';
import { recipe as socat } from './socat.js';
import { recipe as sshd } from './sshd.js';
import { recipe as starman } from './starman.js';
import { recipe as stunnel } from './stunnel.js';
import { recipe as tinyproxy } from './tinyproxy.js';
import { recipe as twiggy } from './twiggy.js';
import { recipe as unicorn } from './unicorn.js';
import { recipe as varnish } from './varnish.js';
import { recipe as vsftpd } from './vsftpd.js';
import { recipe as webrick } from './webrick.js';

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
  nodeExporter,
  caddy,
  etcd,
  webrick,
  puma,
  sinatra,
  unicorn,
  prosody,
  copas,
  luaHttp,
  httpDaemon,
  mojolicious,
  starman,
  twiggy,
  phpBuiltin,
  phpFpm,
  inets,
  yaws,
  rabbitmq,
  ejabberd,
  monoHttp,
  ocsigen,
  unison,
  hledgerWeb,
  gitit,
  hunchentoot,
  guileWeb,
  racketWeb,
];
