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
