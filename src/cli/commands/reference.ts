import { readFileSync } from 'node:fs';
import { ChurnError } from '../../errors.js';
import { TOPIC_NAMES, TOPICS } from '../../guide/topics.js';
import { renderClients, renderClientsJson } from '../../report/clients.js';
import { drawExplanation, drawKinds } from '../../report/explain.js';
import { wrap } from '../../report/wrap.js';
import { ALL_KINDS } from '../../verdict/kinds.js';
import { VERSION } from '../../version.js';
import { type Io, widthOf } from '../io.js';
import { bashCompletion, fishCompletion, zshCompletion } from '../shape/completions.js';
import { manualPage } from '../shape/manual.js';
import type { CommandShape } from '../shape/shape.js';

/** `churn clients`: what each behaviour does, drawn. */
export function clientsCommand(io: Io, { json }: { readonly json?: boolean }): number {
  io.stdout.write(json ? renderClientsJson() : renderClients(widthOf(io)));
  return 0;
}

/**
 * `churn explain [KIND]`: the long form of what a report says in a line; without a kind, the list of them.
 *
 * @throws ChurnError for a kind that there is not.
 */
export function explainCommand(io: Io, name: string | undefined): number {
  if (name === undefined) {
    io.stdout.write(drawKinds(widthOf(io)));
    return 0;
  }
  const kind = ALL_KINDS.find(candidate => candidate === name.toLowerCase());
  if (!kind) {
    throw new ChurnError(
      'usage',
      `There is no kind of finding called ${JSON.stringify(name)}.`,
      suggestion(name, ALL_KINDS, 'churn explain', 'kinds'),
    );
  }
  io.stdout.write(drawExplanation(kind, widthOf(io)));
  return 0;
}

/**
 * `churn guide [TOPIC]`: a page of the guide, as its Markdown stands beside the program; without a topic, the list of them.
 *
 * @throws ChurnError for a topic that there is not.
 */
export function guideCommand(io: Io, name: string | undefined): number {
  if (name === undefined) {
    io.stdout.write(drawTopics(widthOf(io)));
    return 0;
  }
  const topic = TOPIC_NAMES.find(candidate => candidate === name.toLowerCase());
  if (!topic) {
    throw new ChurnError(
      'usage',
      `There is no page of the guide called ${JSON.stringify(name)}.`,
      suggestion(name, TOPIC_NAMES, 'churn guide', 'topics'),
    );
  }
  // From dist/chunks, where the build puts this file.
  io.stdout.write(forTerminal(readFileSync(new URL(`../guide/${topic}.md`, import.meta.url), 'utf8')));
  return 0;
}

function drawTopics(columns: number): string {
  const indent = Math.max(...TOPIC_NAMES.map(topic => topic.length)) + 4;
  const lines = TOPIC_NAMES.flatMap(topic =>
    wrap(`  ${topic.padEnd(indent - 2)}${TOPICS[topic].replaceAll('`', '')}`, columns, indent),
  );
  return ['churn guide TOPIC prints one of these pages:', '', ...lines, ''].join('\n');
}

/** Markdown is readable as it is, but for what a terminal cannot show: pictures, and where links lead. */
export function forTerminal(markdown: string): string {
  return markdown
    .replaceAll(/^!\[[^\]]*\]\([^)]*\)\n\n/gm, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\.md\)/g, '$1');
}

/** The one of `known` that begins like it ("fds", "mem", "zombies"), and all of them. */
function suggestion(name: string, known: readonly string[], command: string, what: string): string {
  const word = name.toLowerCase();
  const alike = known.find(one => word !== '' && (one.startsWith(word) || word.startsWith(one)));
  const all = known.join(', ');
  return alike
    ? `Did you mean ${command} ${alike}? The ${what} are: ${all}.`
    : `Did you mean one of these? ${all}`;
}

const SHELLS: Readonly<Record<string, (program: CommandShape) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `churn completion SHELL`: a script for that shell, made of the options that there are. */
export function completionCommand(io: Io, program: CommandShape, shell: string): number {
  const draw = SHELLS[shell];
  if (!draw) {
    throw new ChurnError(
      'usage',
      `There is no completion for ${JSON.stringify(shell)}.`,
      `There is one for ${Object.keys(SHELLS).join(', ')}.`,
    );
  }
  io.stdout.write(draw(program));
  return 0;
}

/** `churn manual`: the manual page, for man(1). */
export function manualCommand(io: Io, program: CommandShape): number {
  io.stdout.write(manualPage(program, VERSION));
  return 0;
}
