import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A network namespace of its own that can be reached over a pair of virtual cables: to us, another host. */
export interface OtherHost {
  readonly address: string;
  /** What a command has to be preceded by to run there. */
  readonly prefix: readonly string[];
  remove(): Promise<void>;
}

/** undefined where this user may not make one, with the reason. */
export async function otherHost(): Promise<OtherHost | { readonly reason: string }> {
  const id = process.pid % 16_384;
  const [name, here, there] = [`churn${id}`, `chh${id}`, `cht${id}`];
  const net = `10.213.${id >> 6}`;
  const host = (id & 63) << 2;
  const address = `${net}.${host + 2}`;
  const remove = async () => {
    await execute('ip', ['netns', 'del', name]).catch(() => undefined);
    await execute('ip', ['link', 'del', here]).catch(() => undefined);
  };
  try {
    await execute('ip', ['netns', 'add', name]);
    for (const command of [
      `link add ${here} type veth peer name ${there} netns ${name}`,
      `addr add ${net}.${host + 1}/30 dev ${here}`,
      `link set ${here} up`,
      `-n ${name} addr add ${address}/30 dev ${there}`,
      `-n ${name} link set ${there} up`,
      `-n ${name} link set lo up`,
    ]) {
      await execute('ip', command.split(' '));
    }
    return { address, prefix: ['ip', 'netns', 'exec', name], remove };
  } catch (error) {
    await remove();
    return { reason: `no network namespace can be made here: ${(error as Error).message.split('\n')[0]}` };
  }
}
