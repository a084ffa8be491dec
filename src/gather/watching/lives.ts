import type { Observation } from '../observer.js';

/** One connection that the server has, or that nobody seems to have, from look to look. */
interface Life {
  readonly firstMs: number;
  /** Since when it has been seen without a living client, look after look; undefined: its client lives. */
  readonly goneSinceMs: number | undefined;
  /** The client has ended its side, and is there still. */
  readonly isHalfClosed: boolean;
  readonly lastMs: number;
}

/**
 * How long each connection lives, and how long the server keeps one whose client has gone. A look at a busy server is no
 * moment: what it accepts or closes between two tables looks like held by nobody, or like reset. What is in flight is
 * somewhere else, or nowhere, at the next look; and it is younger than what the server has kept and closed before.
 */
export class Lives {
  #lives = new Map<number, Life>();
  #nowMs = 0;
  /** Of those that have ended. */
  #longestLifeMs = 0;
  #longestGoneMs = 0;

  note({ held, outside }: Pick<Observation, 'held' | 'outside'>, nowMs: number): void {
    this.#nowMs = nowMs;
    const before = this.#lives;
    this.#lives = new Map();
    for (const { inode, role, state } of held) {
      if (role === 'connection' || role === 'dead-socket') this.#add(before, inode, true, false);
      if (role === 'other-client') this.#add(before, inode, state === 'CLOSE_WAIT', state === 'CLOSE_WAIT');
    }
    for (const { row } of outside) this.#add(before, row.inode, true, false);
    for (const [inode, life] of before) if (!this.#lives.has(inode)) this.#end(life);
  }

  /** Those whose client has gone, or has ended its side. */
  gone(): number[] {
    return [...this.#lives].flatMap(([inode, { goneSinceMs }]) => (goneSinceMs === undefined ? [] : [inode]));
  }

  /** How long the client of a socket has been gone; 0 when it was not seen so. */
  goneForMs(inode: number): number {
    const sinceMs = this.#lives.get(inode)?.goneSinceMs;
    return sinceMs === undefined ? 0 : this.#nowMs - sinceMs;
  }

  /**
   * Whether the client has been gone for `leastMs`, and for longer than the server has kept any other one that it closed.
   * Where the client waits for the end of the other side, it has to be longer than any connection has lived.
   */
  isKept(inode: number, leastMs: number): boolean {
    const life = this.#lives.get(inode);
    if (life?.goneSinceMs === undefined) return false;
    const usualMs = life.isHalfClosed
      ? Math.max(this.#longestLifeMs, this.#longestGoneMs)
      : this.#longestGoneMs;
    return this.#nowMs - life.goneSinceMs >= Math.max(leastMs, USUAL * usualMs);
  }

  #add(before: ReadonlyMap<number, Life>, inode: number, isGone: boolean, isHalfClosed: boolean): void {
    const known = before.get(inode);
    this.#lives.set(inode, {
      firstMs: known?.firstMs ?? this.#nowMs,
      goneSinceMs: isGone ? (known?.goneSinceMs ?? this.#nowMs) : undefined,
      isHalfClosed,
      lastMs: this.#nowMs,
    });
  }

  #end({ firstMs, goneSinceMs, lastMs }: Life): void {
    this.#longestLifeMs = Math.max(this.#longestLifeMs, lastMs - firstMs);
    if (goneSinceMs !== undefined) this.#longestGoneMs = Math.max(this.#longestGoneMs, lastMs - goneSinceMs);
  }
}

/** It ended at some time between two looks. */
const USUAL = 1.2;

/** In use: both of its ends live. In CLOSE_WAIT its client has ended, and waits at most. */
export function isOfLivingClient({ role, state }: Observation['held'][number]): boolean {
  return role === 'other-client' && state !== 'CLOSE_WAIT';
}
