import type { AnswerManner } from './manner-names.js';

const ok: Manner = exchange => exchange.answer();

const delay: Manner = (exchange, { delayMs }) => exchange.later(delayMs, () => exchange.answer());

const slowBody: Manner = (exchange, { delayMs }) => exchange.inPieces(PIECES, delayMs / PIECES);

const PIECES = 10;

/** Says that it will close, and takes its time: a client that is done closes first. */
const slowClose: Manner = (exchange, { delayMs }) =>
  exchange.answer({
    announcesClose: true,
    afterwards: () => exchange.later(delayMs, () => exchange.close()),
  });

/** In the middle of the answer. What was sent must have left before the RST, which throws away what waits. */
const reset: Manner = exchange => {
  exchange.half();
  exchange.fails();
  exchange.later(10, () => exchange.reset());
};

const resetBefore: Manner = exchange => {
  exchange.fails();
  exchange.reset();
};

/** The answer is whole; the connection that the client may have put into its pool is dead a moment later. */
const resetAfter: Manner = exchange =>
  exchange.answer({ afterwards: () => exchange.later(10, () => exchange.reset()) });

const close: Manner = exchange => {
  exchange.fails();
  exchange.close();
};

/** After an answer that promised to stay open: the client learns of it only if it looks. */
const halfClose: Manner = exchange => exchange.answer({ afterwards: () => exchange.halfClose() });

const silent: Manner = exchange => exchange.fails();

const status: Manner = (exchange, settings) => exchange.answer({ status: settings.status });

/** Every path leads to one below it, so that a client that follows blindly meets its own limit. */
const redirect: Manner = exchange => exchange.answer({ status: 302, location: 'again/' });

/** Total: a manner without its code does not compile. */
export const ANSWER_MANNERS: Readonly<Record<AnswerManner, Manner>> = {
  ok,
  delay,
  'slow-body': slowBody,
  'slow-close': slowClose,
  reset,
  'reset-before': resetBefore,
  'reset-after': resetAfter,
  close,
  'half-close': halfClose,
  silent,
  status,
  redirect,
} satisfies Record<AnswerManner, Manner>;

/** One request and what becomes of it, in whatever protocol. All that a manner may do stands here. */
export interface Exchange {
  /** An ordinary answer, whole. */
  answer(how?: AnswerOptions): void;
  /** Announces a whole answer and sends the first half of it. */
  half(): void;
  /** Announces a whole answer and sends it in pieces, one every so often. */
  inPieces(pieces: number, everyMs: number): void;
  /** Runs `then` later, unless the connection is over by then. */
  later(ms: number, afterwards: () => void): void;
  /** The answer stays away, or stays half. */
  fails(): void;
  /** close(2), with FIN. */
  close(): void;
  /** shutdown(2) for writing: the client may go on to send. */
  halfClose(): void;
  /** RST. */
  reset(): void;
}

export interface AnswerOptions {
  readonly status?: number;
  /** Where a redirect leads to. */
  readonly location?: string;
  /** Tells the client that the server will close after this answer; when it does so is another question. */
  readonly announcesClose?: boolean;
  /** Called when the answer has been handed to the kernel. */
  readonly afterwards?: () => void;
}

/** What all manners are told. */
export interface MannerSettings {
  readonly delayMs: number;
  readonly status: number;
}

/** One way to treat a request. */
export type Manner = (exchange: Exchange, settings: MannerSettings) => void;
