import type { ClientName } from './client-names.js';
import { randomAt } from './prng.js';

/** Which client behaviour each connection of a run has: one for all, or several in the random order of a seed. */
export class Cast {
  readonly clients: readonly ClientName[];
  readonly #seed: number;
  /** From which connection on there was one client only, or all of them again. */
  readonly #solos: { readonly after: number; readonly client: ClientName | undefined }[] = [];

  constructor(clients: readonly ClientName[], seed: number) {
    this.clients = clients;
    this.#seed = seed;
  }

  get isMixed(): boolean {
    return this.clients.length > 1;
  }

  /** After this connection all have the same behaviour; undefined: mixed again. */
  only(client: ClientName | undefined, after: number): void {
    this.#solos.push({ after, client });
  }

  clientOf(connection: number): ClientName {
    const [first = 'fin'] = this.clients;
    const solo = this.#solos.findLast(({ after }) => after < connection)?.client;
    if (solo) return solo;
    const drawn = Math.floor(randomAt(this.#seed, connection) * this.clients.length);
    return this.clients[drawn] ?? first;
  }
}
