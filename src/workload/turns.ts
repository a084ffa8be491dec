/**
 * Runs callbacks after the next turn of the event loop's poll phase, when a socket that has just connected has been
 * read once. One setImmediate fires before that poll, the second behind it; both are shared by all that wait.
 */
export class Turns {
  #waiting: (() => void)[] = [];
  #armed = false;

  afterNextPoll(callback: () => void): void {
    this.#waiting.push(callback);
    if (this.#armed) return;
    this.#armed = true;
    setImmediate(() => {
      const due = this.#waiting;
      this.#waiting = [];
      this.#armed = false;
      setImmediate(() => {
        for (const run of due) run();
      });
    });
  }
}
