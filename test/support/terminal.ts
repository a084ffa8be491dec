import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A real terminal with a shell in it. */
export interface Terminal {
  type(text: string): Promise<void>;
  /** A key by the name that tmux has for it, such as C-c. */
  press(key: string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** What stands on the screen, without the spaces at the ends of lines and the empty lines at its end. */
  screen(): Promise<string[]>;
  /** The screen as soon as it is as it should be. @throws with the screen when it never was. */
  until(isReady: (lines: readonly string[]) => boolean): Promise<string[]>;
  close(): Promise<void>;
}

let count = 0;

/** A terminal of tmux, by a server of tmux that is ours alone. */
export async function openTerminal(columns: number, rows = 40): Promise<Terminal> {
  const name = `churn-${process.pid}-${count++}`;
  const tmux = async (...args: readonly string[]) => (await run('tmux', ['-L', name, ...args])).stdout;
  const { CI, NODE_V8_COVERAGE, GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, TMUX, ...env } = process.env;
  const shell = 'exec env ENV= PS1="> " sh';
  await run(
    'tmux',
    ['-L', name, '-f', '/dev/null', '-u', 'new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, shell],
    { env: { ...env, LC_ALL: 'C.UTF-8' } },
  );
  const screen = async () => {
    const lines = (await tmux('capture-pane', '-p')).replace(/\s+$/, '').split('\n');
    return lines.map(line => line.trimEnd());
  };
  const until = async (isReady: (lines: readonly string[]) => boolean) => {
    const giveUpAtMs = performance.now() + 60_000;
    for (;;) {
      const lines = await screen();
      if (isReady(lines)) return lines;
      if (performance.now() > giveUpAtMs)
        throw new Error(`The screen never came to it:\n${lines.join('\n')}`);
      await sleep(20);
    }
  };
  await until(([first]) => first === '>');
  return {
    type: async text => {
      await tmux('send-keys', '-l', text);
      await tmux('send-keys', 'Enter');
    },
    press: async key => {
      await tmux('send-keys', key);
    },
    resize: async (width, height) => {
      await tmux('resize-window', '-x', `${width}`, '-y', `${height}`);
    },
    screen,
    until,
    close: async () => {
      await tmux('kill-server');
    },
  };
}
