import { SAID } from '../options/client.js';
import { JUDGING } from '../options/judging.js';
import { CYCLES } from '../options/load.js';
import { ANSWERING, CLIENT_JUDGING, FOLLOWED, SERVED } from '../options/serve.js';
import { START } from '../options/start.js';
import type { Table } from '../options/table.js';
import { TARGET } from '../options/target.js';
import { SWITCH } from '../options/values.js';
import { WATCHING } from '../options/watch.js';
import { COMPARED, FORMAT, OUTPUT } from './deliveries.js';

const AS_JSON = { json: { value: SWITCH, help: 'print one JSON object' } } as const satisfies Table;

/** Which options a command takes, under which headings, in the order of its help. */
export const COMMAND_OPTIONS: Readonly<Record<string, Readonly<Record<string, Table>>>> = {
  run: {
    'Output:': OUTPUT,
    'Target:': TARGET,
    'A server that churn starts (-- command…):': START,
    'Cycles:': CYCLES,
    'What is said:': SAID,
    'Judging:': JUDGING,
  },
  watch: { 'Target:': TARGET, 'Output:': OUTPUT, 'Watching:': WATCHING },
  serve: {
    'Server:': SERVED,
    'How it answers:': ANSWERING,
    'Client:': FOLLOWED,
    'Judging:': CLIENT_JUDGING,
    'Output:': OUTPUT,
  },
  inspect: { 'Target:': { ...TARGET, ...AS_JSON } },
  render: { 'Output:': FORMAT },
  compare: { '': COMPARED },
  demo: { '': { color: FORMAT.color } },
  clients: { '': AS_JSON },
};

/** All of them, command by command. */
export function everyOption() {
  return Object.values(COMMAND_OPTIONS).flatMap(groups =>
    Object.values(groups).flatMap(table => Object.entries(table)),
  );
}
