/** How the end of a body is known: so many bytes are left, by chunks, or by the end of the connection. */
type Framing = { readonly by: 'length'; left: number } | { readonly by: 'chunks' } | { readonly by: 'end' };

/**
 * Reads one answer of HTTP/1 to its end (RFC 9112, section 6.3). Node's own client would make a request, a response and
 * an agent of each; here an answer is a status, and the byte at which it is over.
 */
export class HttpAnswer {
  /** Of the answer, not of a 1xx before it; 0: the head is not here yet. */
  status = 0;
  /** What it says it is, in small letters: "text/event-stream". */
  contentType = '';
  /** The server goes on with this connection. */
  keepsAlive = true;
  /** Something is not as HTTP has it. */
  isBroken = false;
  readonly #isHead: boolean;
  #rest = '';
  #framing: Framing | undefined;
  #isOver = false;

  /** `isHead`: a body does not follow, whatever length is told. */
  constructor(isHead: boolean) {
    this.#isHead = isHead;
  }

  /** Takes in what has come; true: the answer is over. Bytes are Latin-1, so that a length is that of the text. */
  push(text: string): boolean {
    this.#rest += text;
    while (!this.#framing && !this.isBroken) if (!this.#readHead()) return false;
    if (this.isBroken) return true;
    this.#isOver ||= this.#readBody();
    return this.#isOver;
  }

  /** The connection has ended; true: that is the end of the answer, or it was over before. */
  end(): boolean {
    return this.#isOver || this.#framing?.by === 'end';
  }

  #readHead(): boolean {
    const end = /\r?\n\r?\n/.exec(this.#rest);
    if (!end) {
      this.isBroken = this.#rest.length > MAX_HEAD || !'HTTP/1.'.startsWith(this.#rest.slice(0, 7));
      return this.isBroken;
    }
    const [line = '', ...lines] = this.#rest.slice(0, end.index).split(/\r?\n/);
    this.#rest = this.#rest.slice(end.index + end[0].length);
    const [, version, digits] = /^HTTP\/1\.([01]) (\d{3})/.exec(line) ?? [];
    if (digits === undefined) {
      this.isBroken = true;
      return true;
    }
    const status = Number(digits);
    if (status < 200 && status !== SWITCHED) return true;
    const field = (name: string) =>
      lines
        .filter(text => text.slice(0, name.length + 1).toLowerCase() === `${name}:`)
        .map(text => text.slice(name.length + 1).trim())
        .join(', ')
        .toLowerCase();
    this.status = status;
    this.contentType = field('content-type');
    const connection = field('connection');
    this.keepsAlive = version === '1' ? !/\bclose\b/.test(connection) : /\bkeep-alive\b/.test(connection);
    this.#framing = this.#framingOf(status, field('transfer-encoding'), field('content-length'));
    if (this.#framing.by === 'end') this.keepsAlive = false;
    return true;
  }

  #framingOf(status: number, encoding: string, length: string): Framing {
    if (this.#isHead || status === SWITCHED || status === 204 || status === 304) {
      return { by: 'length', left: 0 };
    }
    if (/\bchunked$/.test(encoding)) return { by: 'chunks' };
    return encoding === '' && /^\d+$/.test(length) ? { by: 'length', left: Number(length) } : { by: 'end' };
  }

  #readBody(): boolean {
    const framing = this.#framing;
    if (framing?.by === 'chunks') return this.#readChunks();
    if (framing?.by === 'length') framing.left -= this.#rest.length;
    this.#rest = '';
    return framing?.by === 'length' && framing.left <= 0;
  }

  #readChunks(): boolean {
    for (;;) {
      const [head, size] = /^([0-9a-f]+)[^\n]*\n/i.exec(this.#rest) ?? [];
      if (head === undefined || size === undefined) {
        this.isBroken = this.#rest.length > MAX_HEAD || /^[^0-9a-f]/i.test(this.#rest);
        return this.isBroken;
      }
      const bytes = Number.parseInt(size, 16);
      // The last one has no data; what may follow is a trailer, which ends with an empty line.
      if (bytes === 0) return /\n\r?\n/.test(this.#rest.slice(head.length - 1));
      const end = this.#rest.indexOf('\n', head.length + bytes);
      if (end < 0) return false;
      this.#rest = this.#rest.slice(end + 1);
    }
  }
}

const SWITCHED = 101;
const MAX_HEAD = 1 << 16;
