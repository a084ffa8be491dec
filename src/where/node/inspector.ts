import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Why the inspector of a server could not be used, in one sentence. */
export class NoInspector extends Error {}

/** A function of the server, and where it stands. */
export interface FunctionPlace {
  readonly name: string;
  /** Path or URL of its script. */
  readonly url: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Something that the server has, by the name that the inspector gave it. */
interface RemoteObject {
  readonly objectId?: string;
  readonly value?: unknown;
  readonly description?: string;
}

interface Property {
  readonly name: string;
  readonly value?: RemoteObject;
}

/** The inspector of a Node that runs. Whoever opens it closes it, in the server too. */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #scripts = new Map<string, string>();
  #chunks: string[] = [];
  #characters = 0;
  #asked = 0;

  /** Connects to the inspector that has begun to listen, or is about to. @throws NoInspector where none does in time. */
  static async connect(port: number): Promise<Inspector> {
    const untilMs = performance.now() + MOST_MS;
    for (;;) {
      const url = await targetUrl(port);
      if (url !== undefined) return Inspector.#open(url);
      if (performance.now() > untilMs)
        throw new NoInspector(`The inspector of the server did not come to listen on port ${port}.`);
      await sleep(20);
    }
  }

  static async #open(url: string): Promise<Inspector> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const inspector = new Inspector(socket);
    await inspector.ask('Runtime.enable');
    // No statement `debugger` of the program may stop it while we are there.
    await inspector.ask('Debugger.enable');
    await inspector.ask('Debugger.setSkipAllPauses', { skip: true });
    return inspector;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', data => this.#hear(JSON.parse(String(data))));
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
  }

  /** @throws NoInspector when it refuses, or has gone. */
  async ask(method: string, params: object = {}, mostMs = MOST_MS): Promise<Record<string, unknown>> {
    const id = ++this.#asked;
    const answered = new Promise<Answer>(resolve => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const late: Promise<Answer> = sleep(mostMs, { error: { message: 'it did not answer' } }, { ref: false });
    const { result, error } = await Promise.race([answered, late]);
    if (error || !result) throw new NoInspector(`The inspector of the server ended it: ${error?.message}.`);
    return result;
  }

  /** What an expression gives, as JSON or as an object of the server. */
  async evaluate(expression: string, returnByValue: boolean): Promise<RemoteObject> {
    const answer = await this.ask('Runtime.evaluate', {
      ...{ expression, returnByValue, silent: true },
      // Modules of Node, by require().
      includeCommandLineAPI: true,
    });
    if (answer['exceptionDetails']) throw new NoInspector('The server could not be asked for what it has.');
    return answer['result'] as RemoteObject;
  }

  /** What a function gives for an object of the server as its `this`. */
  async call({ objectId }: RemoteObject, functionDeclaration: string): Promise<RemoteObject> {
    const answer = await this.ask('Runtime.callFunctionOn', { objectId, functionDeclaration, silent: true });
    if (answer['exceptionDetails']) throw new NoInspector('The server could not be asked for what it has.');
    return answer['result'] as RemoteObject;
  }

  /** The elements of an array of the server. */
  async elements({ objectId }: RemoteObject): Promise<RemoteObject[]> {
    const { result } = await this.ask('Runtime.getProperties', { objectId, ownProperties: true });
    return (result as Property[])
      .filter(({ name }) => /^\d+$/.test(name))
      .flatMap(({ value }) => value ?? []);
  }

  /** Where a function of the server stands; undefined for one of Node itself. */
  async placeOf({ objectId }: RemoteObject): Promise<FunctionPlace | undefined> {
    const { internalProperties, result } = await this.ask('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    });
    const location = (internalProperties as Property[] | undefined)?.find(
      ({ name }) => name === '[[FunctionLocation]]',
    )?.value?.value as { scriptId: string; lineNumber: number } | undefined;
    const url = location && this.scriptUrl(location.scriptId);
    if (!url) return undefined;
    const name = (result as Property[]).find(property => property.name === 'name')?.value?.value;
    return {
      name: typeof name === 'string' && name !== '' ? name : '(anonymous)',
      url,
      line: location.lineNumber + 1,
    };
  }

  /** Whether a function is known to be one of Node itself, be it bound to an object. */
  async isNodesOwn({ objectId }: RemoteObject): Promise<boolean> {
    const { internalProperties } = await this.ask('Runtime.getProperties', { objectId, ownProperties: true });
    const known = new Map(
      (internalProperties as Property[] | undefined)?.map(({ name, value }) => [name, value]),
    );
    const target = known.get('[[TargetFunction]]');
    if (target) return this.isNodesOwn(target);
    const location = known.get('[[FunctionLocation]]')?.value as { scriptId: string } | undefined;
    return location !== undefined && /^node:/.test(this.#scripts.get(location.scriptId) ?? '');
  }

  /** Path or URL of a script of the program; undefined for one of Node itself. */
  scriptUrl(scriptId: number | string): string | undefined {
    const url = this.#scripts.get(String(scriptId));
    return !url || /^(node|evalmachine|wasm):|^\[/.test(url) ? undefined : url;
  }

  /** The lines on which a function does something, those of functions in it left out. All are counted from 1. */
  async linesOfFunction(scriptId: number | string, line: number, column: number): Promise<number[]> {
    const start = { scriptId: String(scriptId), lineNumber: line - 1, columnNumber: column - 1 };
    const { locations } = await this.ask('Debugger.getPossibleBreakpoints', {
      start,
      restrictToFunction: true,
    });
    return [...new Set((locations as { lineNumber: number }[]).map(({ lineNumber }) => lineNumber + 1))];
  }

  /** What is in the heap now, as pieces of JSON; the server stands still meanwhile. @throws NoInspector if that is too much. */
  async snapshot(): Promise<readonly string[]> {
    this.#chunks = [];
    this.#characters = 0;
    await this.ask('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, SNAPSHOT_MS);
    const chunks = this.#chunks;
    this.#chunks = [];
    if (this.#characters > MOST_CHARACTERS)
      throw new NoInspector(
        'The heap of the server has too many objects: a snapshot of it cannot be read here.',
      );
    return chunks;
  }

  /** Ends the inspector of the server as well, if we have made it begin. */
  async close(inServerToo: boolean): Promise<void> {
    // It ends the connection before it has answered.
    if (inServerToo)
      this.#socket.send(
        JSON.stringify({
          id: ++this.#asked,
          method: 'Runtime.evaluate',
          params: { expression: 'globalThis["process"]._debugEnd()' },
        }),
      );
    const gone = new Promise(resolve => this.#socket.once('close', resolve));
    if (!inServerToo) this.#socket.close();
    await Promise.race([gone, sleep(500, undefined, { ref: false })]);
    this.#socket.terminate();
  }

  #hear({ id, method, params, ...answer }: Message): void {
    if (method === 'Debugger.scriptParsed' && params) this.#scripts.set(params.scriptId, params.url);
    if (method === 'HeapProfiler.addHeapSnapshotChunk' && params) {
      this.#characters += params.chunk.length;
      if (this.#characters <= MOST_CHARACTERS) this.#chunks.push(params.chunk);
    }
    if (id === undefined) return;
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #end(): void {
    for (const answer of this.#waiting.values())
      answer({ error: { message: 'the connection to it has ended' } });
    this.#waiting.clear();
  }
}

interface Answer {
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

interface Message extends Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly scriptId: string; readonly url: string; readonly chunk: string };
}

/** Where the inspector takes a web socket; undefined while nobody listens there. */
async function targetUrl(port: number): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`, { signal: AbortSignal.timeout(500) });
    const [first] = (await answer.json()) as { webSocketDebuggerUrl?: string }[];
    return first?.webSocketDebuggerUrl;
  } catch {
    return undefined;
  }
}

const MOST_MS = 10_000;
const SNAPSHOT_MS = 30_000;
const MOST_CHARACTERS = 200 * 1024 * 1024;
