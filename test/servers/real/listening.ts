import { type FileHandle, open } from 'node:fs/promises';

const LISTEN = '0A';

/** Whether some process listens on the port. It asks the kernel's tables: a connection would be the server's first client. */
export async function isListening(port: number): Promise<boolean> {
  return (await listens('/proc/net/tcp', port)) || (await listens('/proc/net/tcp6', port));
}

async function listens(table: string, port: number): Promise<boolean> {
  const file = await open(table).catch(() => undefined);
  if (file === undefined) return false; // no IPv6 here
  try {
    return await listensIn(file, port);
  } finally {
    await file.close();
  }
}

/** Reads the LISTEN rows only. They come first, and tens of thousands of TIME_WAIT rows may follow. */
async function listensIn(file: FileHandle, port: number): Promise<boolean> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const chunk = Buffer.alloc(4096);
  let rest = '';
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length);
    if (bytesRead === 0) return false;
    const lines = (rest + chunk.toString('latin1', 0, bytesRead)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [slot, local, , state] = line.trim().split(/\s+/);
      if (slot === 'sl') continue;
      if (state !== LISTEN) return false;
      if (local?.endsWith(wanted)) return true;
    }
  }
}
