import 'churn/jest';
import 'churn/vitest';
import { createServer, type Server as HttpServer } from 'node:http';
import { expect as jestExpect } from '@jest/globals';
import {
  compare,
  type Following,
  inspect,
  type Report,
  type RunOptions,
  render,
  run,
  thorough,
  watch,
} from 'churn';
import { survivesChurn } from 'churn/assert';
import { expect as vitestExpect } from 'vitest';

/** Compiled against what ships, not run. */
export async function everythingHasATypeOf(server: HttpServer, signal: AbortSignal): Promise<void> {
  const following: Following = { signal, onProgress: ({ phase, cyclesDone }) => void [phase, cyclesDone] };
  const options: RunOptions = { port: 9000, cycles: 1000, settle: '500ms', failOn: ['fd'], allow: { fd: 1 } };
  const report: Report = await run({ ...options, ...following, expect: /^OK/, send: new Uint8Array([1]) });
  const text: string = await render(report, 'html');
  const rows: readonly { readonly client: string }[] | undefined = (await thorough({ server })).runs;
  const fds: number | undefined = (await inspect({ server })).processes[0]?.fds;
  const { verdict } = compare(report, await survivesChurn(createServer(), { cycles: 10 }));
  await vitestExpect(server).toSurviveChurn({ cycles: 1000 });
  await vitestExpect(server).not.toSurviveChurn();
  await jestExpect(server).toSurviveChurn({ cycles: 1000 });
  await jestExpect(server).not.toSurviveChurn();
  // @ts-expect-error: a time has a unit
  await run({ port: 9000, settle: 500 });
  // @ts-expect-error: no such client
  await run({ port: 9000, client: 'fni' });
  // @ts-expect-error: no such option
  await run({ port: 9000, cylces: 1 });
  const command = ['./server', '--port', '{port}'];
  const owned: RunOptions = {
    command,
    port: 'auto',
    nofile: 64,
    reload: 'SIGHUP:200',
    shutdown: true,
    repeat: 2,
  };
  await run({ ...owned, hold: 5, holdEnd: 'rst', gauge: ['cmd:./leased', 'http://127.0.0.1:9100/metrics'] });
  await watch({ port: 9000, duration: '1m', gauge: 'cmd:./leased' });
  // @ts-expect-error: no server takes this for a reload
  await run({ ...owned, reload: 'SIGKILL' });
  // @ts-expect-error: watching makes no connections
  await watch({ port: 9000, duration: '1m', hold: 5 });
  void [text, rows, fds, verdict];
}
