import { x as element } from 'xastscript';
import { formatCount, formatDuration, plural } from '../../units.js';
import { formatCommand } from '../escape.js';
import type { Markup } from '../markup.js';
import { drawPanel, phaseName, timeByPhase } from '../picture/draw.js';
import { panelsOf } from '../picture/panels.js';
import type { Report } from '../report.js';

/** The top of the page: the verdict, the same in a sentence, and who was under test. */
export function verdictSection(report: Report): Markup {
  const { target, summary, verdict } = report;
  return element('header', [
    element('h1', { class: `verdict ${verdict}` }, summary),
    element('p', { class: 'lead' }, sentence(report)),
    ...(target
      ? [
          element('p', { class: 'who' }, [
            'churn ',
            element('code', target.address || ' '),
            ...(target.command.length > 0 ? [' · ', element('code', formatCommand(target.command))] : []),
            target.pids.length === 0 ? ' · not looked into' : ` · pid ${target.pids.join(', ')}`,
          ]),
        ]
      : []),
  ]);
}

function sentence(report: Report): string {
  const { verdict, clean, cycles, error, findings, notes, interrupted, serve, watch } = report;
  if (error) return error.hint;
  if (report.sentence) return `${report.sentence}.`;
  const made = watch
    ? `${plural(watch.accepted, 'connection was', 'connections were')} accepted in ${formatDuration(watch.durationMs)}. `
    : cycles
      ? `${plural(cycles.connections, 'connection was', 'connections were')} made, the judged ones in ${formatDuration(cycles.durationMs)} (${formatCount(cycles.ratePerSecond)}/s). `
      : '';
  if (clean && serve) return 'The client used its connections again, and closed what it did not need.';
  const first = findings.find(({ severity }) => severity === 'fail');
  if (first) return `${made}${upper(first.cause)}.`;
  if (interrupted)
    return `${made}The run was ended before ${watch || serve ? 'it was over' : 'its cycles were made'}.`;
  if (verdict === 'undecided') return `${made}${notes[0] ?? 'Not enough was seen for a verdict.'}`;
  return clean
    ? `${made}The server gave back all that they made it hold.`
    : report.allowed.length === 0
      ? `${made}What the server says of itself came back; more could not be seen.`
      : `${made}What was found is let pass by the options of this run.`;
}

/** The name of a call stays as it is. */
function upper(text: string): string {
  return /^\w+\(/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** The charts, side by side where there is room. */
export function pictureSection(report: Report): Markup[] {
  const panels = panelsOf(report);
  if (panels.length === 0) return [];
  return [
    element('section', { 'aria-labelledby': 'picture' }, [
      element('h2', { id: 'picture' }, report.serve ? 'What the clients held open' : 'What the server held'),
      element(
        'div',
        { class: 'panels' },
        panels.map((panel, index) => element('figure', [drawPanel(panel, `panel-${index}`)])),
      ),
      element('p', { class: 'legend' }, legend(report)),
    ]),
  ];
}

function legend(report: Report): string {
  const { serve, watch, phases, cycles } = report;
  if (serve) return 'As this server saw it; what is idle was answered and not closed.';
  const named = [...timeByPhase(phases, phase => phaseName(phase, report))].map(
    ([name, ms]) => `${name} ${formatDuration(ms)}`,
  );
  const confirmed = cycles?.confirmation
    ? ` The darker stretch over ${watch ? 'connections' : 'cycles'} is further ones, made to confirm what was seen.`
    : '';
  return `Phases${report.runs ? ' of all rows together' : ''}: ${named.join(' · ')}. Strokes below an axis end a round.${confirmed}`;
}
