import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { freePort } from './free-port.js';
import type { RealServer } from './recipe.js';

export const inets: RealServer = {
  name: 'inets',
  package: 'erlang-inets',
  program: '/usr/bin/erl',
  prepare: async (folder, port) => {
    await writeFile(join(folder, 'index.html'), 'hello\n');
    const config = `[{port, ${port}}, {bind_address, {127,0,0,1}}, {server_name, "hello"}, {server_root, "${folder}"}, {document_root, "${folder}"}]`;
    const start = `ok = inets:start(), {ok, _} = inets:start(httpd, ${config}).`;
    return { command: ['/usr/bin/erl', '-noinput', '-eval', start], env: { HOME: folder } };
  },
  long: true,
  notes: 'The HTTP server of OTP: a process for every connection.',
};

export const yaws: RealServer = {
  name: 'yaws',
  package: 'yaws',
  program: '/usr/bin/yaws',
  prepare: async (folder, port) => {
    await writeFile(join(folder, 'index.html'), 'hello\n');
    const config = join(folder, 'yaws.conf');
    await writeFile(
      config,
      `logdir = ${folder}
id = churn-${port}
<server localhost>
  port = ${port}
  listen = 127.0.0.1
  docroot = ${folder}
</server>
`,
    );
    return {
      command: ['/usr/bin/yaws', '-i', '--conf', config, '--erlarg', '-noinput'],
      env: { HOME: folder },
    };
  },
  long: true,
  notes: 'A pool of acceptors and a process for every connection; what it logs comes late.',
};

export const rabbitmq: RealServer = {
  name: 'rabbitmq',
  package: 'rabbitmq-server',
  program: '/usr/lib/rabbitmq/bin/rabbitmq-server',
  prepare: async (folder, port) => {
    const home = join(folder, 'home');
    await mkdir(home);
    await writeFile(join(folder, 'enabled_plugins'), '[].\n');
    const [names, distribution] = [await freePort(), await freePort()];
    return {
      // It would start the daemon of the names of Erlang itself, which then outlives it.
      command: [
        ...['sh', '-c'],
        `/usr/bin/epmd -address 127.0.0.1 & exec /usr/lib/rabbitmq/bin/rabbitmq-server`,
      ],
      env: {
        HOME: home,
        ERL_EPMD_PORT: String(names),
        ERL_EPMD_ADDRESS: '127.0.0.1',
        RABBITMQ_NODENAME: `churn-${port}@localhost`,
        RABBITMQ_DIST_PORT: String(distribution),
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_NODE_PORT: String(port),
        RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
      },
    };
  },
  long: true,
  notes: 'Some processes for every connection; closes one that does not shake hands within 10 s.',
};

export const ejabberd: RealServer = {
  name: 'ejabberd',
  package: 'ejabberd',
  program: '/usr/bin/erl',
  prepare: async (folder, port) => {
    const config = join(folder, 'ejabberd.yml');
    await writeFile(
      config,
      `hosts: [localhost]
loglevel: warning
listen:
  -
    port: ${port}
    ip: 127.0.0.1
    module: ejabberd_c2s
modules: {}
`,
    );
    const library = '/usr/lib/x86_64-linux-gnu/ejabberd-23.01';
    return {
      command: [
        ...['/usr/bin/erl', '-noinput', '-pa', `${library}/ebin`, '-mnesia', 'dir', `"${folder}/mnesia"`],
        ...['-s', 'ejabberd'],
      ],
      env: { HOME: folder, EJABBERD_CONFIG_PATH: config, EJABBERD_LOG_PATH: join(folder, 'ejabberd.log') },
    };
  },
  long: true,
  notes: 'XMPP: a process for every stream, which may wait 30 s for its first word.',
};
