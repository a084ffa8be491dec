import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/**
 * The text of a page, over a connection of its own that is closed when this resolves: it must not be taken for one that
 * the server forgot.
 *
 * @throws Error with a sentence, when there is no such page within `timeoutMs`.
 */
export function fetchText(url: string, timeoutMs: number): Promise<string> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: false, headers: { connection: 'close', accept: ACCEPT } });
    const deadline = setTimeout(() => call.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const chunks: Buffer[] = [];
    let [size, status, ended] = [0, 0, false];
    call.on('response', response => {
      status = response.statusCode ?? 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MOST_BYTES) call.destroy(new Error(`more than ${MOST_BYTES} bytes`));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        ended = true;
      });
    });
    let failure: Error | undefined;
    call.on('error', error => {
      failure = error;
    });
    call.on('close', () => {
      clearTimeout(deadline);
      if (failure) reject(new Error(codeOf(failure)));
      else if (status !== 200) reject(new Error(`the answer has status ${status}`));
      else if (!ended) reject(new Error('the answer was cut off'));
      else resolve(Buffer.concat(chunks).toString('utf8'));
    });
    call.end();
  });
}

/** Several addresses of one name, refused one by one, have no message of their own. */
function codeOf(error: Error & { readonly code?: unknown }): string {
  return error.message === '' ? String(error.code ?? error.name) : error.message;
}

const ACCEPT = 'text/plain;version=0.0.4, application/json;q=0.9, */*;q=0.5';
const MOST_BYTES = 1 << 24;
