import { parseOptions } from '../../src/options/run.js';
import { KINDS } from '../../src/verdict/kinds.js';
import { CLIENT_NAMES } from '../../src/workload/client-names.js';
import { randomAt } from '../../src/workload/prng.js';

/** Values that may be drawn for an option; each makes a short run. `true` is a switch. */
const DRAWN: Readonly<Record<string, readonly (string | true)[]>> = {
  cycles: ['1', '7', '60', '200'],
  duration: ['100ms', '1s'],
  concurrency: ['1', '2', '16', '64'],
  rate: ['10/s', '200/s', '1000/s'],
  ramp: ['1ms', '500ms'],
  latency: [true],
  hold: ['1', '20'],
  holdEnd: ['fin', 'rst'],
  client: [...CLIENT_NAMES, 'fin,rst', 'byte,half,reply'],
  timeout: ['200ms', '2s'],
  send: ['x', 'GET / HTTP/1.0\\r\\n\\r\\n'],
  seed: ['0', '4294967295'],
  warmup: ['0', '1', '30'],
  settle: ['0ms', '100ms', '1s'],
  rounds: ['3', '12', '40'],
  budget: ['0s', '1s'],
  confirm: [true],
  strict: [true],
  failOn: KINDS,
  allow: KINDS.map(kind => `${kind}=10`),
  tls: [true],
  wait: ['1ms', '50ms'],
  pause: ['1ms', '20ms'],
};

/** Options that parsing takes, as words; undefined where it refuses those that were drawn. */
export function optionSet(port: number, seed: number): readonly string[] | undefined {
  let turn = 0;
  const pick = (most: number) => Math.floor(randomAt(seed, turn++) * most);
  const raw: Record<string, unknown> = { port: String(port) };
  const words = ['--port', String(port)];
  const names = Object.keys(DRAWN);
  for (let count = 1 + pick(5); count > 0; count--) {
    const name = names[pick(names.length)] ?? '';
    const values = DRAWN[name] ?? [];
    const value = values[pick(values.length)];
    if (name in raw || value === undefined) continue;
    raw[name] = name === 'confirm' ? false : name === 'failOn' || name === 'allow' ? [value] : value;
    const option = name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
    words.push(name === 'confirm' ? '--no-confirm' : `--${option}`, ...(value === true ? [] : [value]));
  }
  try {
    parseOptions(raw);
    return words;
  } catch {
    return undefined;
  }
}
