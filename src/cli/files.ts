import { readFileSync } from 'node:fs';
import { ChurnError } from '../errors.js';
import type { RawOptions } from '../options/run.js';

/**
 * The options with the contents of the files that they name: `--send @file`, `--data @file`, `--ca file` and their like. Whatever else there is
 * stays as it is.
 *
 * @throws ChurnError `usage` for a file that cannot be read, or is too long.
 */
export function withFiles<O extends RawOptions>(raw: O): O {
  const { send, data, ca, cert, key, routes } = raw;
  return {
    ...raw,
    ...(typeof send === 'string' && send.startsWith('@') ? { send: contents('--send', send.slice(1)) } : {}),
    ...(typeof data === 'string' && data.startsWith('@') ? { data: contents('--data', data.slice(1)) } : {}),
    ...(routes === undefined ? {} : { routes: contents('--routes', routes).toString('utf8') }),
    ...(ca === undefined ? {} : { ca: pem('--ca', ca, 'CERTIFICATE') }),
    ...(cert === undefined ? {} : { cert: pem('--cert', cert, 'CERTIFICATE') }),
    ...(key === undefined ? {} : { key: pem('--key', key, 'PRIVATE KEY') }),
  };
}

function pem(option: string, file: string, label: 'CERTIFICATE' | 'PRIVATE KEY'): string {
  const text = contents(option, file).toString('latin1');
  if (new RegExp(`-----BEGIN ([A-Z]+ )?${label}-----`).test(text)) return text;
  const what = label === 'CERTIFICATE' ? 'certificates' : 'a private key';
  throw new ChurnError(
    'usage',
    `${option} expects ${what} in PEM form; there ${label === 'CERTIFICATE' ? 'are none' : 'is none'} in ${file}.`,
    `openssl ${label === 'CERTIFICATE' ? 'x509' : 'pkey'} -inform DER -in FILE makes PEM of DER.`,
  );
}

function contents(option: string, file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new ChurnError(
      'usage',
      `${option}: ${JSON.stringify(file)} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      option === '--send' ? String.raw`A text that begins with @ is written \x40…` : 'Check the name.',
    );
  }
  const most = option === '--routes' ? MAX_ROUTES_BYTES : MAX_BYTES;
  if (bytes.length <= most) return bytes;
  throw new ChurnError(
    'usage',
    `${option}: ${JSON.stringify(file)} has more than ${most} bytes.`,
    'It is sent on every cycle; take a shorter one.',
  );
}

/** A HAR of a whole session. */
const MAX_ROUTES_BYTES = 1 << 26;
const MAX_BYTES = 1 << 20;
