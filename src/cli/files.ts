import { readFileSync } from 'node:fs';
import { ChurnError } from '../errors.js';
import type { RawOptions } from '../options/run.js';

/**
 * The options with the contents of the files that they name: `--send @file` and `--ca file`. Whatever else there is
 * stays as it is.
 *
 * @throws ChurnError `usage` for a file that cannot be read, or is too long.
 */
export function withFiles<O extends RawOptions>(raw: O): O {
  const { send, ca } = raw;
  return {
    ...raw,
    ...(typeof send === 'string' && send.startsWith('@') ? { send: contents('--send', send.slice(1)) } : {}),
    ...(ca === undefined ? {} : { ca: certificates(ca) }),
  };
}

function certificates(file: string): string {
  const text = contents('--ca', file).toString('latin1');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new ChurnError(
    'usage',
    `--ca expects certificates in PEM form; there are none in ${file}.`,
    'openssl x509 -inform DER -in FILE makes PEM of DER.',
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
  if (bytes.length <= MAX_BYTES) return bytes;
  throw new ChurnError(
    'usage',
    `${option}: ${JSON.stringify(file)} has more than ${MAX_BYTES} bytes.`,
    'It is sent on every cycle; take a shorter one.',
  );
}

const MAX_BYTES = 1 << 20;
