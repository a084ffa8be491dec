import type { Socket } from 'node:net';

/** Serves so many connections at a time. The next one has its turn when one of them is over. */
export class Turns {
  readonly #most: number;
  readonly #waiting = new Set<() => void>();
  #served = 0;

  constructor(most: number) {
    this.#most = most;
  }

  take(socket: Socket, serve: () => void): void {
    const begin = () => {
      this.#waiting.delete(begin);
      this.#served++;
      socket.on('close', () => {
        this.#served--;
        const [next] = this.#waiting;
        next?.();
      });
      serve();
    };
    if (this.#served < this.#most) begin();
    else {
      this.#waiting.add(begin);
      socket.on('close', () => this.#waiting.delete(begin));
    }
  }
}
