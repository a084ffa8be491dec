import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toXml } from 'xast-util-to-xml';
import { x } from 'xastscript';
import { renderHtml } from '../../src/report/html.js';
import type { Report } from '../../src/report/report.js';
import { compileC, launch } from '../servers/launch.js';
import { churn } from '../support/churn.js';

/** What the README shows: a real run against a server that never closes its side, as text with colours and as a page. */
export async function takeRun(): Promise<{ readonly terminal: string; readonly page: string }> {
  // A path that fits into the first line, wherever this repository is.
  const folder = mkdtempSync(join(tmpdir(), 'churn-picture-'));
  const program = join(folder, 'poll');
  copyFileSync(await compileC('poll'), program);
  const server = await launch([program, '--fault', 'no-close'], { openFiles: 4_096 });
  const file = join(folder, 'run.json');
  try {
    const args = ['--port', String(server.port), '--cycles', '3000', '--save', file];
    const { stdout } = await churn(args, { env: { FORCE_COLOR: '1' } });
    const report: Report = JSON.parse(readFileSync(file, 'utf8'));
    const known = (text: string) =>
      text
        .replaceAll(/\S*\/poll\b[^·<]*?no-close/g, './server --port 9000')
        .replaceAll(`${folder}/`, '')
        .replaceAll(String(server.port), '9000')
        .replaceAll(`pid ${server.pid}`, 'pid 4242');
    return { terminal: known(stdout), page: known(renderHtml(report)) };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Text with the colours of a terminal as a picture of it. */
export function drawTerminal(command: string, text: string): string {
  const lines = [`$ ${command}`, '', ...text.trimEnd().split('\n')];
  const columns = Math.max(...lines.map(line => line.replaceAll(SGR, '').length));
  const [width, height] = [columns * LETTER + 2 * EDGE, lines.length * LINE + 2 * EDGE];
  return toXml(
    x(
      'svg',
      { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${Math.ceil(width)} ${height}`, role: 'img' },
      [
        x(
          'style',
          `text{font:13px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:#e6edf3}${COLORS}`,
        ),
        x('rect', { width: '100%', height: '100%', rx: 8, fill: '#0d1117' }),
        ...lines.map((line, row) =>
          x('text', { x: EDGE, y: EDGE + LINE * row + 13, 'xml:space': 'preserve' }, spansOf(line)),
        ),
      ],
    ),
  );
}

/** The words of a picture or a text, numbers and curves taken out: what must stay the same from run to run. */
export function wordsOf(text: string): string {
  return (
    text
      .replaceAll(/<(style|title)[\s\S]*?<\/\1>/g, '')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(SGR, '')
      .replaceAll(/&(?:#x?\w+|\w+);/g, ' ')
      .replaceAll(/[▁▂▃▄▅▆▇█│]+/g, ' ')
      .replaceAll(/[\d.]+(?:[\u00a0 ]\d{3})*(?: (?:KiB|MiB|B|s|ms)\b)?/g, 'N')
      .replaceAll(/(?:N|[\s\u00a0…])+/g, ' ')
      // Whether the bytes per cycle are 0 is chance.
      .replaceAll(/no trend, under (?=\/cycle)/g, '')
      .replaceAll(/(?<=memory pass), (?:no growth|growth under ?\/cycle)/g, '')
      // Whether churn or the server is the slower one is the machine's.
      .replaceAll(/ *(?:note )?churn itself was the bottleneck.*?the server's/g, '')
      // A phase has its name in the picture when it took long enough.
      .replaceAll(/(?<=over time )(?:(?:before|warm-up|cycles|settling|confirming|after) )+(?=seconds)/g, '')
      .trim()
  );
}

function spansOf(line: string) {
  let names: readonly string[] = [];
  return line.split(/(\u001b\[[0-9;]*m)/).flatMap(part => {
    const code = /^\u001b\[([0-9;]*)m$/.exec(part)?.[1];
    if (code === undefined)
      return part === '' ? [] : [x('tspan', names.length > 0 ? { class: names.join(' ') } : {}, part)];
    names = after(names, code);
    return [];
  });
}

function after(names: readonly string[], code: string): readonly string[] {
  const on: Readonly<Record<string, string>> = {
    '1': 'bold',
    '2': 'dim',
    '31': 'red',
    '32': 'green',
    '33': 'yellow',
  };
  const name = on[code];
  if (name) return [...names, name];
  const off: Readonly<Record<string, readonly string[]>> = {
    '22': ['bold', 'dim'],
    '39': ['red', 'green', 'yellow'],
  };
  return names.filter(one => !(off[code] ?? names).includes(one));
}

const COLORS =
  '.bold{font-weight:700}.dim{fill:#8b949e}.red{fill:#ff7b72}.green{fill:#3fb950}.yellow{fill:#e3b341}';
const SGR = /\u001b\[[0-9;]*m/g;
const LETTER = 7.83;
const LINE = 17;
const EDGE = 16;
