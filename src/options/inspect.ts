import { type Raw, reader, type Table, time } from './option.js';

/** How often `inspect` looks. */
export const INSPECTING = {
  watch: {
    value: time(100, 3_600_000),
    help: 'look again and again, and tell the growth and when the limit comes: --watch 2s',
  },
} as const satisfies Table;

/** Milliseconds between two looks; undefined: one is enough. */
export function parseInterval(raw: Raw<typeof INSPECTING>): number | undefined {
  return reader(INSPECTING, { watch: raw.watch })('watch');
}
