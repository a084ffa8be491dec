import type { ServeOptions } from '../../options/serve.js';

/** What a client has not done that it was to do. `status` is an exit status, `signal` what ended it. */
export type Shortfall =
  | { readonly kind: 'failed'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'requests'; readonly made: number; readonly wanted: number };

type Asked = Pick<ServeOptions, 'protocol' | 'mannerNames' | 'tls' | 'refuses' | 'atATime' | 'requests'>;

/**
 * Where there is any, a pass would prove little. A client that fails where its requests were answered badly does what it
 * should; one that a signal ended has crashed in any case.
 */
export function shortfallsOf(
  options: Asked,
  exit:
    | { readonly status?: number | null | undefined; readonly signal?: string | null | undefined }
    | null
    | undefined,
  requests: number,
): Shortfall[] {
  const { status, signal } = exit ?? {};
  const { requests: wanted } = options;
  const shortfalls: Shortfall[] = [];
  if (isSome(signal)) shortfalls.push({ kind: 'killed', signal });
  else if (isSome(status) && status !== 0 && isServedWell(options))
    shortfalls.push({ kind: 'failed', status });
  if (wanted !== undefined && requests < wanted)
    shortfalls.push({ kind: 'requests', made: requests, wanted });
  return shortfalls;
}

function isSome<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

/** Every request is answered at once and whole; of a protocol of its own nobody knows what it takes for an answer. */
function isServedWell({ protocol, mannerNames, tls, refuses, atATime }: Asked): boolean {
  const isGood = mannerNames.every(name => name === 'ok' || name === 'keep-alive-off');
  return protocol === 'http' && isGood && !tls && !refuses && atATime === Number.POSITIVE_INFINITY;
}
