import { plural } from '../../units.js';
import { escapeText } from '../escape.js';
import type { ServedClient } from './served-client.js';

/** What is worth a word and no fault. */
export function clientNotes(clients: readonly ServedClient[]): string[] {
  return clients.flatMap(({ evidence, account }) => {
    const { closeWait } = evidence.held ?? {};
    const isPool =
      closeWait !== undefined && closeWait.peak > 0 && closeWait.peak <= Math.max(2, evidence.peakBusy);
    return [
      ...(isPool
        ? [`CLOSE_WAIT ${closeWait.peak} at most: a pool that looks at its connections when it needs one`]
        : []),
      ...(evidence.held ? [] : [`${escapeText(account.name)}: its descriptors cannot be seen from here`]),
    ];
  });
}

/** Who came although another client was followed. */
export function strangersNote(
  strangers: ReadonlyArray<readonly [who: string, connections: number]>,
): string[] {
  if (strangers.length === 0) return [];
  const all = strangers.reduce((sum, [, connections]) => sum + connections, 0);
  const who = strangers.map(([name, connections]) => `${escapeText(name)}: ${connections}`).join(', ');
  return [`Not the client's, and not judged: ${plural(all, 'connection')} of others (${who})`];
}
