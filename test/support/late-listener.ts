import { once } from 'node:events';
import { createServer } from 'node:net';
import { readListenRows, type TcpFamily } from '../../src/proc/sockets.js';
import { QueueWatch } from '../../src/sampler/queue-watch.js';

/**
 * Watches the accept queue of a listener that stands almost at the end of the kernel's table, and prints how many
 * listeners stand behind it then. For a network of its own: nobody else's may stand there.
 *
 *     late-listener tcp|tcp6
 */
const family = process.argv[2] as TcpFamily;
const host = family === 'tcp' ? '127.0.0.1' : '::1';
const servers = await Promise.all(
  Array.from({ length: 256 }, async () => {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    return server;
  }),
);
const late = readListenRows('self', family).at(-3);
if (!late) throw new Error('no listener is in the table');
await Promise.all(
  servers
    .filter(server => (server.address() as { port: number }).port !== late.localPort)
    .map(server => once(server.close(), 'close')),
);

const watch = await QueueWatch.open('self', [
  { family, address: late.localAddress, port: late.localPort, inode: late.inode },
]);
const rows = readListenRows('self', family);
process.stdout.write(`${rows.length - 1 - rows.findIndex(({ inode }) => inode === late.inode)}\n`);
watch.close();
process.exit();
