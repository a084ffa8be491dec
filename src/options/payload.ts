/** Bytes of a text as `--send` takes it, or what is wrong with it. */
type Payload = { readonly bytes: Uint8Array } | { readonly problem: string; readonly hint: string };

/**
 * Text with `\r` `\n` `\t` `\0` `\\` and `\xNN`, sent as UTF-8, or `hex:` and pairs of hex digits, between which spaces
 * may stand.
 */
export function parsePayload(text: string): Payload {
  const payload = text.startsWith('hex:') ? fromHex(text.slice('hex:'.length)) : fromText(text);
  if ('bytes' in payload && payload.bytes.length === 0) {
    return { problem: 'there is nothing in it', hint: 'For a client that sends nothing: --client fin' };
  }
  return payload;
}

function fromHex(text: string): Payload {
  const digits = text.replaceAll(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) {
    return { problem: 'after hex: come pairs of hex digits', hint: 'For example --send hex:50494e470d0a' };
  }
  return { bytes: Uint8Array.from(digits.match(/../g) ?? [], pair => Number.parseInt(pair, 16)) };
}

function fromText(text: string): Payload {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [part] of text.matchAll(/\\x[0-9a-f]{2}|\\.|\\$|[^\\]+/gis)) {
    if (!part.startsWith('\\')) bytes.push(...encoder.encode(part));
    else if (part.length === 4) bytes.push(Number.parseInt(part.slice(2), 16));
    else {
      const byte = ESCAPES[part.slice(1)];
      if (byte === undefined) {
        return {
          problem: `${part} is no escape`,
          hint: String.raw`Those that are: \r \n \t \0 \\ and \xNN. A backslash is \\.`,
        };
      }
      bytes.push(byte);
    }
  }
  return { bytes: Uint8Array.from(bytes) };
}

const ESCAPES: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, '0': 0, '\\': 92 };
