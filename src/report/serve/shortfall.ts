import type { ServeOptions } from '../../options/serve.js';
import { plural } from '../../units.js';

type Asked = Pick<ServeOptions, 'protocol' | 'mannerNames' | 'tls' | 'refuses' | 'atATime' | 'requests'>;

/**
 * What a client has not done that it was to do, in a few words each: then what it did proves little. A client that fails
 * where its requests were answered badly does what it should; one that a signal ended has crashed in any case.
 */
export function shortfalls(
  options: Asked,
  exit:
    | { readonly status?: number | null | undefined; readonly signal?: string | null | undefined }
    | null
    | undefined,
  requests: number,
): string[] {
  const { status, signal } = exit ?? {};
  const failed = isSome(signal) || (isSome(status) && status !== 0 && isServedWell(options));
  return [
    ...(failed ? [`the client ended with ${signal ?? `status ${status}`}`] : []),
    ...(options.requests !== undefined && requests < options.requests
      ? [`only ${requests} of ${plural(options.requests, 'request')} came`]
      : []),
  ];
}

function isSome<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

/** Every request is answered at once and whole; of a protocol of its own nobody knows what it takes for an answer. */
function isServedWell({ protocol, mannerNames, tls, refuses, atATime }: Asked): boolean {
  const isGood = mannerNames.every(name => name === 'ok' || name === 'keep-alive-off');
  return protocol === 'http' && isGood && !tls && !refuses && atATime === Number.POSITIVE_INFINITY;
}
