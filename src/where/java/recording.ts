import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foreignRoot } from '../../proc/foreign-root.js';
import { isJdkName } from './classes.js';
import { askJvm, NoJcmd, runBeside } from './jcmd.js';
import { type JavaFrame, sourceNameOf } from './thread-print.js';

/** One read or write of a socket, as Java Flight Recorder notes it. */
export interface SocketEvent {
  readonly call: 'read' | 'write';
  /** Of the client. */
  readonly port: number;
  /** "-1" for the end of the stream, as Java has it; empty where the call has thrown. */
  readonly result: string;
  /** Innermost first. */
  readonly frames: readonly JavaFrame[];
}

/** What Java Flight Recorder notes between the beginning and the end of something. It is a part of OpenJDK from 11 on. */
export class Recording {
  readonly #pid: number;
  readonly #folder: string;

  /** It ends by itself after a minute, whatever becomes of us. undefined where the JVM has none, or other files than we. */
  static async start(pid: number): Promise<Recording | undefined> {
    if (foreignRoot(pid) !== undefined) return undefined;
    const folder = mkdtempSync(join(tmpdir(), 'churn-'));
    const recording = new Recording(pid, folder);
    try {
      writeFileSync(join(folder, 'settings.jfc'), SETTINGS);
      const said = await askJvm(pid, [
        `JFR.start name=${NAME} duration=60s settings=${join(folder, 'settings.jfc')}`,
      ]);
      if (/^Started recording/m.test(said)) return recording;
    } catch (error) {
      if (!(error instanceof NoJcmd)) throw error;
    }
    await recording.stop();
    return undefined;
  }

  private constructor(pid: number, folder: string) {
    this.#pid = pid;
    this.#folder = folder;
  }

  /** What was noted until now, in the order of time; none where it cannot be read. */
  async events(): Promise<SocketEvent[]> {
    const file = join(this.#folder, 'events.jfr');
    try {
      await askJvm(this.#pid, [`JFR.dump name=${NAME} filename=${file}`]);
      const types = 'jdk.SocketRead,jdk.SocketWrite';
      return parseEvents(
        await runBeside(this.#pid, 'jfr', [
          'print',
          '--json',
          '--stack-depth',
          '24',
          '--events',
          types,
          file,
        ]),
      );
    } catch (error) {
      // What jfr has cut off is no JSON.
      if (!(error instanceof NoJcmd || error instanceof SyntaxError)) throw error;
      return [];
    }
  }

  async stop(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await askJvm(this.#pid, [`JFR.stop name=${NAME}`]).catch(() => undefined);
  }
}

interface Told {
  readonly type: string;
  readonly values: {
    readonly startTime: string;
    readonly port: number;
    readonly bytesRead?: number;
    readonly bytesWritten?: number;
    readonly endOfStream?: boolean;
    readonly stackTrace: { readonly frames: readonly ToldFrame[] } | null;
  };
}

interface ToldFrame {
  readonly method: { readonly type: { readonly name: string }; readonly name: string };
  readonly lineNumber: number;
}

/** What `jfr print --json` prints. */
function parseEvents(text: string): SocketEvent[] {
  const { recording } = JSON.parse(text) as { readonly recording: { readonly events: readonly Told[] } };
  return recording.events
    .toSorted((one, other) => (one.values.startTime < other.values.startTime ? -1 : 1))
    .map(({ type, values: { port, bytesRead, bytesWritten, endOfStream, stackTrace } }) => ({
      call: type === 'jdk.SocketRead' ? 'read' : 'write',
      port,
      result: endOfStream ? '-1' : String((bytesRead ?? bytesWritten) || ''),
      frames: (stackTrace?.frames ?? []).map(({ method, lineNumber }) => {
        const className = method.type.name.replaceAll('/', '.');
        return {
          className,
          method: method.name,
          file: sourceNameOf(className),
          line: lineNumber > 0 ? lineNumber : undefined,
          isOfTheJdk: isJdkName(className),
        };
      }),
    }));
}

const NAME = 'churn';
/** Every read and write, however short. */
const SETTINGS = `<?xml version="1.0" encoding="UTF-8"?>
<configuration version="2.0">${['jdk.SocketRead', 'jdk.SocketWrite']
  .map(
    name =>
      `<event name="${name}"><setting name="enabled">true</setting><setting name="stackTrace">true</setting><setting name="threshold">0 ns</setting></event>`,
  )
  .join('')}</configuration>
`;
