import { isJdkName } from './classes.js';

/** One call on the stack of a Java thread. */
export interface JavaFrame {
  /** "com.acme.Server$Worker" */
  readonly className: string;
  readonly method: string;
  /** "Server.java"; undefined for native methods and what was compiled without its name. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly isOfTheJdk: boolean;
}

/** One thread that runs Java code. Its name is text from outside. */
export interface JavaThread {
  readonly name: string;
  /** Innermost first. */
  readonly frames: readonly JavaFrame[];
  /** The monitor that it waits for: its address and class. */
  readonly waitsFor: { readonly lock: string; readonly className: string } | undefined;
  /** Addresses of the monitors that it holds. */
  readonly holds: readonly string[];
}

/** The threads in the answers to Thread.print; those of the JVM itself have no stack and are left out. */
export function parseThreads(text: string): JavaThread[] {
  return text.split(/\n(?=")/).flatMap(block => {
    const [, name] = /^"(.*)" (?:#|daemon|prio=)/.exec(block) ?? [];
    const frames = [...block.matchAll(FRAME)].map(([, , className = '', method = '', place = '']) => {
      const module = /^(.*)\//.exec(place)?.[1] ?? '';
      const [, file, line] = /([^/]+?)(?::(\d+))?$/.exec(place) ?? [];
      const isTold = file?.includes('.') === true;
      return {
        className,
        method,
        file: isTold ? file : undefined,
        line: isTold && line !== undefined ? Number(line) : undefined,
        isOfTheJdk: /(^|\/)(java|jdk)\./.test(module) || isJdkName(className),
      };
    });
    if (name === undefined || frames.length === 0) return [];
    const [, lock, of = ''] = /- waiting to lock <(\w+)> \(an? (.*)\)/.exec(block) ?? [];
    return {
      name,
      frames,
      waitsFor: lock === undefined ? undefined : { lock, className: of },
      holds: [...block.matchAll(/- locked <(\w+)>/g)].map(([, address = '']) => address),
    };
  });
}

/** The file that javac takes a class from, where nobody tells it: that of the class around it. */
export function sourceNameOf(className: string): string {
  return `${className.replace(/^.*\./, '').replace(/\$.*$/, '')}.java`;
}

/**
 * The calls of the program itself, innermost first, and the call of the JDK that the first of them is in. Of a thread that
 * runs no code of the program there are none.
 */
export function ownFrames({ frames }: Pick<JavaThread, 'frames'>): {
  readonly call: string | undefined;
  readonly own: readonly JavaFrame[];
  readonly isOwn: boolean;
} {
  const isOwn = ({ isOfTheJdk, className, line }: JavaFrame) =>
    !isOfTheJdk && line !== undefined && !GENERATED.test(className);
  const first = frames.findIndex(isOwn);
  const within = frames[first - 1];
  return {
    call: within && `${within.className.replace(/^.*\./, '')}.${within.method}`,
    own: frames.filter(isOwn).slice(0, MOST_FRAMES),
    isOwn: first >= 0,
  };
}

/** "\tat java.lang.Object.wait(java.base@17.0.15/Object.java:338)", or "at app//com.acme.Server.run(Server.java:12)" */
const FRAME = /^\s+at (\S*\/)?([^\s(]+)\.([^\s.(]+)\(([^)\n]*)\)/gm;
const GENERATED = /\$\$Lambda|\$Proxy\d/;
const MOST_FRAMES = 12;
