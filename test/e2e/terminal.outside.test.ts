import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Running, startC } from '../servers/launch.js';
import { openTerminal, type Terminal } from '../support/terminal.js';

const BIN = fileURLToPath(new URL('../../../bin/churn.js', import.meta.url));
const LIVE = /[█░▁▂▃▄▅▆▇]/;

/** At 200 cycles a second there is something to see. */
const SLOWLY = '--rate 200/s --cycles 400';

describe('the live view', { timeout: 180_000 }, () => {
  for (const columns of [100, 80, 40]) {
    it(`fits ${columns} columns, and nothing of it is left behind`, async () => {
      await inTerminal(columns, async (terminal, server) => {
        await terminal.type(command(server, SLOWLY));
        const live = await terminal.until(isWatched);
        assert.ok(
          live.every(line => line.length <= columns),
          live.join('\n'),
        );
        assert.match(live.join('\n'), /\d\/400/);
        assert.match(live.join('\n'), /^fds {5}▁/m);
        const over = await terminal.until(isOver);
        assertClean(over);
        assert.match(over.join('\n'), /PASS {2}400 cycles, 0 leaks/);
        assert.match(over.join('\n'), /status 0/);
      });
    });
  }

  it('leaves nothing behind, and takes nothing away, when the window changes its size meanwhile', async () => {
    await inTerminal(100, async (terminal, server) => {
      // A screen that is full: of an empty one tmux pushes what stands at its top out of reach.
      await terminal.type('seq 60; echo what stood here before');
      await terminal.until(lines => lines.includes('what stood here before'));
      await terminal.type(command(server, '--rate 200/s --cycles 1000'));
      for (const [columns, rows] of [
        [40, 40],
        [25, 30],
        [90, 12],
        [33, 40],
        [100, 40],
      ] as const) {
        await terminal.until(isWatched);
        await terminal.resize(columns, rows);
        await terminal.until(lines => isWatched(lines) && lines.every(line => line.length <= columns));
      }
      const over = await terminal.until(isOver);
      assertClean(over);
      assert.ok(over.includes('what stood here before'), over.join('\n'));
    });
  });

  it('is gone when the run is interrupted', async () => {
    await inTerminal(80, async (terminal, server) => {
      await terminal.type(command(server, SLOWLY));
      await terminal.until(isWatched);
      await terminal.press('C-c');
      const over = await terminal.until(isOver);
      assertClean(over);
      assert.match(over.join('\n'), /INTERRUPTED {2}\d+ cycles of 400[\s\S]*status 130/);
    });
  });

  it('is gone when the program is made to quit, which then ends as it would have', async () => {
    await inTerminal(80, async (terminal, server) => {
      await terminal.type('ulimit -c 0');
      await terminal.type(command(server, SLOWLY));
      await terminal.until(isWatched);
      await terminal.press('C-\\');
      const over = await terminal.until(isOver);
      assertClean(over);
      assert.match(over.join('\n'), /status 131/);
    });
  });

  it('makes room for the shell when the program is stopped, and comes back with it', async () => {
    await inTerminal(80, async (terminal, server) => {
      await terminal.type('set -m');
      await terminal.type(`${command(server, SLOWLY)}`.replace(/;.*$/, ''));
      await terminal.until(isWatched);
      await terminal.press('C-z');
      const stopped = await terminal.until(lines => lines.some(line => line.includes('Stopped')));
      assertClean(stopped);
      await terminal.type('fg; echo status $?');
      await terminal.until(isWatched);
      assertClean(await terminal.until(isOver));
    });
  });

  it('is gone when the program is ended by a signal to it', async () => {
    await inTerminal(80, async (terminal, server) => {
      const folder = mkdtempSync(join(tmpdir(), 'churn-terminal-'));
      const file = join(folder, 'pid');
      await terminal.type(
        `${BIN_COMMAND} --port ${server.port} ${SLOWLY} & echo $! >${file}; wait $!; echo status $?`,
      );
      await terminal.until(isWatched);
      process.kill(Number(readFileSync(file, 'latin1')), 'SIGTERM');
      rmSync(folder, { recursive: true });
      const over = await terminal.until(isOver);
      assertClean(over);
      assert.match(over.join('\n'), /status 143/);
    });
  });
});

const BIN_COMMAND = `'${process.execPath}' '${BIN}'`;

function command(server: Running, options: string): string {
  return `${BIN_COMMAND} --port ${server.port} ${options}; echo status $?`;
}

function isWatched(lines: readonly string[]): boolean {
  return lines.some(line => LIVE.test(line));
}

function isOver(lines: readonly string[]): boolean {
  return lines.some(line => /^status \d/.test(line)) && lines.at(-1) === '>';
}

function assertClean(lines: readonly string[]): void {
  assert.doesNotMatch(lines.join('\n'), LIVE);
  assert.doesNotMatch(lines.join('\n'), /opening and closing|settle$|judging/);
}

async function inTerminal(
  columns: number,
  act: (terminal: Terminal, server: Running) => Promise<void>,
): Promise<void> {
  const server = await startC('poll');
  try {
    const terminal = await openTerminal(columns);
    try {
      await act(terminal, server);
    } finally {
      await terminal.close();
    }
  } finally {
    await server.stop();
  }
}
