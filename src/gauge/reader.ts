import { execFile } from 'node:child_process';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { ChurnError } from '../errors.js';
import { type GaugeManner, type GaugeSource, type GaugeSpec, mannerOf } from '../options/gauge.js';
import { type Found, findGauge, type Page, readPage, usualNames } from './find.js';

/** One number that is read again and again. */
export interface Gauge {
  readonly name: string;
  readonly manner: GaugeManner;
}

interface KnownGauge extends Gauge {
  readonly source: GaugeSource;
  readonly key: string | undefined;
}

/** Reads all numbers at once, each page of the server once. */
export class GaugeReader {
  readonly #gauges: readonly KnownGauge[];
  readonly #timeoutMs: number;
  /** What was found when they were read for the first time. */
  readonly first: readonly number[];

  /** @throws ChurnError `gauge` when one of them cannot be read. */
  static async open(specs: readonly GaugeSpec[], timeoutMs: number): Promise<GaugeReader> {
    const pages = await readPages(
      specs.map(({ source }) => source),
      timeoutMs,
    );
    const gauges = specs.flatMap(spec => gaugesOf(spec, pages.get(textOf(spec.source)) ?? NOTHING));
    const first = gauges.map(gauge => {
      const found = foundOn(pages.get(textOf(gauge.source)) ?? NOTHING, gauge, false);
      if ('value' in found) return found.value;
      throw unreadable(gauge.source, found.missing);
    });
    return new GaugeReader(gauges, timeoutMs, first);
  }

  private constructor(gauges: readonly KnownGauge[], timeoutMs: number, first: readonly number[]) {
    this.#gauges = gauges;
    this.#timeoutMs = timeoutMs;
    this.first = first;
  }

  get gauges(): readonly Gauge[] {
    return this.#gauges;
  }

  /** In the order of `gauges`. Never rejects: a gauge that is not there any more is data. */
  async read(): Promise<Found[]> {
    const pages = await readPages(
      this.#gauges.map(({ source }) => source),
      this.#timeoutMs,
    );
    return this.#gauges.map(gauge => foundOn(pages.get(textOf(gauge.source)) ?? NOTHING, gauge, true));
  }
}

type PageOrError = { readonly page: Page } | { readonly error: string };

const NOTHING: PageOrError = { error: 'nothing was read' };

async function readPages(
  sources: readonly GaugeSource[],
  timeoutMs: number,
): Promise<Map<string, PageOrError>> {
  const pages = new Map<string, PageOrError>();
  for (const source of sources) {
    const text = textOf(source);
    if (!pages.has(text)) pages.set(text, await readSource(source, timeoutMs));
  }
  return pages;
}

async function readSource(source: GaugeSource, timeoutMs: number): Promise<PageOrError> {
  try {
    const text = await (source.from === 'http'
      ? fetchText(source.url, timeoutMs)
      : outputOf(source.command, timeoutMs));
    return { page: readPage(text) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** A page of metrics without a name stands for the usual ones on it. */
function gaugesOf({ source, name }: GaugeSpec, read: PageOrError): KnownGauge[] {
  if (name !== undefined || !('page' in read) || read.page.format !== 'metrics') {
    const known = name ?? (source.from === 'command' ? source.command.join(' ') : source.url);
    return [{ source, key: name, name: known, manner: mannerOf(known) }];
  }
  const names = usualNames(read.page);
  if (names.length === 0) throw unreadable(source, 'none of the usual names is there');
  return names.map(usual => ({ source, key: usual, name: usual, manner: mannerOf(usual) }));
}

function foundOn(read: PageOrError, { key }: KnownGauge, wasThere: boolean): Found {
  return 'page' in read ? findGauge(read.page, key, wasThere) : { missing: read.error };
}

function textOf(source: GaugeSource): string {
  return source.from === 'http' ? source.url : `cmd:${source.command.join('\0')}`;
}

function unreadable(source: GaugeSource, why: string): ChurnError {
  const where = source.from === 'http' ? source.url : source.command.join(' ');
  return new ChurnError(
    'gauge',
    `A gauge cannot be read from ${where}: ${why}.`,
    source.from === 'http'
      ? `Look at the page yourself: curl ${where}. A gauge is URL#NAME, for example http://127.0.0.1:8081/metrics#process_open_fds`
      : 'Run the command yourself: it has to print a number, or JSON or metrics with #NAME. No shell is used: sh -c "…" is one.',
  );
}

/**
 * The text of a page, over a connection of its own that is closed when this resolves: it must not be taken for one that
 * the server forgot.
 *
 * @throws Error with a sentence, when there is no such page within `timeoutMs`.
 */
export function fetchText(url: string, timeoutMs: number, mostBytes = MAX_BYTES): Promise<string> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: false, headers: { connection: 'close', accept: ACCEPT } });
    const deadline = setTimeout(() => call.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const chunks: Buffer[] = [];
    let [size, status, ended] = [0, 0, false];
    call.on('response', response => {
      status = response.statusCode ?? 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostBytes) call.destroy(new Error(`more than ${mostBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        ended = true;
      });
    });
    let failure: Error | undefined;
    call.on('error', error => {
      failure = error;
    });
    call.on('close', () => {
      clearTimeout(deadline);
      if (failure) reject(new Error(codeOf(failure)));
      else if (status !== 200) reject(new Error(`the answer has status ${status}`));
      else if (!ended) reject(new Error('the answer was cut off'));
      else resolve(Buffer.concat(chunks).toString('utf8'));
    });
    call.end();
  });
}

/** Several addresses of one name, refused one by one, have no message of their own. */
function codeOf(error: Error & { readonly code?: unknown }): string {
  return error.message === '' ? String(error.code ?? error.name) : error.message;
}

const ACCEPT = 'text/plain;version=0.0.4, application/json;q=0.9, */*;q=0.5';
const MAX_BYTES = 1 << 24;

/** What a program prints. @throws Error with a sentence, when it fails or takes too long. */
function outputOf(command: readonly string[], timeoutMs: number): Promise<string> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1 << 24, encoding: 'utf8' },
      (error, stdout) => {
        if (!error) resolve(stdout);
        else if (error.killed) reject(new Error(`${program} took longer than ${timeoutMs} ms`));
        else if (typeof error.code === 'number')
          reject(new Error(`${program} ended with status ${error.code}`));
        else reject(new Error(`${program} cannot be run (${error.code ?? error.message})`));
      },
    );
  });
}
