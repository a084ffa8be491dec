import { fetchText } from '../../gauge/reader.js';
import type { Options } from '../../options/run.js';
import { findInProgram } from '../../proc/program-image.js';
import { livingProcesses } from '../../sampler/snapshot.js';
import type { Target } from '../../target/target.js';
import { type Profile, parseGoroutines, parseHeap } from './profiles.js';

/** Profiles that cannot be had: one sentence that says why, and what would help. */
export class NoProfile extends Error {}

/** The profiles that a server in Go serves of itself. */
export class Pprof {
  readonly #base: string;

  /** Where `--pprof` says, else on the port under test. @throws NoProfile where the program has no such pages. */
  static of({ endpoint, roots }: Target, { pprof }: Pick<Options, 'pprof'>): Pprof {
    if (pprof !== undefined) return new Pprof(pprof);
    const pids = livingProcesses(roots.map(({ pid }) => pid)).map(({ pid }) => pid);
    // Whoever does not serve the pages may not speak HTTP at all, and is not sent a request.
    const hasPages = pids.some(pid => findInProgram(pid, [PACKAGE]) !== undefined);
    if (endpoint.transport !== 'tcp' || !hasPages) throw new NoProfile(ADD_IT);
    const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
    return new Pprof(`http://${host}:${endpoint.port}/debug/pprof`);
  }

  private constructor(base: string) {
    this.#base = base;
  }

  /** @throws NoProfile */
  goroutines(): Promise<Profile> {
    return this.#read('goroutine?debug=2', parseGoroutines);
  }

  /** After a collection. @throws NoProfile */
  heap(): Promise<Profile> {
    return this.#read('heap?gc=1&debug=1', parseHeap);
  }

  async #read(page: string, parse: (text: string) => Profile | undefined): Promise<Profile> {
    const url = `${this.#base}/${page}`;
    const text = await fetchText(url, TIMEOUT_MS, MOST_BYTES).catch(error => {
      throw new NoProfile(
        `The profiles of the server cannot be read from ${url}: ${error.message}. ${NAME_IT}`,
      );
    });
    const profile = parse(text);
    if (!profile) throw new NoProfile(`There is no profile of net/http/pprof at ${url}. ${NAME_IT}`);
    return profile;
  }
}

const PACKAGE = 'net/http/pprof';
const NAME_IT = 'Name where they are served: --pprof http://127.0.0.1:6060/debug/pprof';
const ADD_IT = `Which lines keep memory and goroutines is told by Go's net/http/pprof: import it in the server, serve it on a port of its own, and name that: --where --pprof http://127.0.0.1:6060/debug/pprof`;
const TIMEOUT_MS = 5_000;
/** Of some 100 000 goroutines. */
const MOST_BYTES = 64 * 1024 * 1024;
