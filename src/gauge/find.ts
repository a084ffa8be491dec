import { USUAL_GAUGES } from '../options/gauge.js';

/** A number, or a sentence that says why there is none. */
export type Found = { readonly value: number } | { readonly missing: string };

/** What a page of the server, or a program, has said; taken apart once for all gauges that read it. */
export type Page =
  | { readonly format: 'metrics'; readonly metrics: Exposition }
  | { readonly format: 'json'; readonly document: unknown }
  | { readonly format: 'other'; readonly beginning: string };

export function readPage(text: string): Page {
  if (/^\s*([{["\d-]|true|false|null)/.test(text)) {
    try {
      return { format: 'json', document: JSON.parse(text) };
    } catch {
      // Neither is it said to be JSON.
    }
  }
  const metrics = parseExposition(text);
  if (metrics && metrics.samples.length > 0) return { format: 'metrics', metrics };
  return { format: 'other', beginning: text.trim().slice(0, 60) };
}

/** The usual names that a page has. */
export function usualNames(page: Page): string[] {
  if (page.format !== 'metrics') return [];
  const { samples } = page.metrics;
  return Object.keys(USUAL_GAUGES).filter(name => samples.some(sample => sample.name === name));
}

/**
 * The number of that name; of several series with these labels the sum. `wasThere`: a series with just these labels was
 * there before. An exporter may leave it out while there is nothing to count: then it is 0.
 */
export function findGauge(page: Page, name: string | undefined, wasThere: boolean): Found {
  switch (page.format) {
    case 'metrics':
      return inMetrics(page.metrics, name ?? '', wasThere);
    case 'json':
      return inJson(page.document, name);
    case 'other':
      return { missing: `this is neither JSON nor the text format of Prometheus: ${page.beginning}` };
  }
}

function inMetrics({ samples, types }: Exposition, name: string, wasThere: boolean): Found {
  const selector = parseSelector(name);
  if (!selector) return { missing: `${name} is no name of a metric` };
  const type = types.get(selector.name) ?? types.get(selector.name.replace(/_(total|count|sum|bucket)$/, ''));
  if (type === 'counter' || type === 'histogram' || type === 'summary') {
    return { missing: `${selector.name} is a ${type}, which only ever grows` };
  }
  const named = samples.filter(sample => sample.name === selector.name);
  const matching = named.filter(sample => hasLabels(sample, selector));
  if (matching.length === 0 && named.length > 0 && wasThere) return { value: 0 };
  if (matching.length === 0) return { missing: `there is no ${name}${alike(samples, selector.name, named)}` };
  return number(
    matching.reduce((sum, { value }) => sum + value, 0),
    name,
  );
}

function hasLabels({ labels }: Sample, wanted: Pick<Sample, 'labels'>): boolean {
  return [...wanted.labels].every(([label, value]) => labels.get(label) === value);
}

/** Names that share a word with it, for whoever has mistyped it. */
function alike(samples: readonly Sample[], name: string, named: readonly Sample[]): string {
  const [first] = named;
  if (first) {
    const labels = [...first.labels].map(([label, value]) => `${label}="${value}"`).join(',');
    return `, but ${first.name}{${labels}}`;
  }
  const words = name.split('_').filter(word => word.length > 3);
  const names = [...new Set(samples.map(sample => sample.name))];
  const close = names.filter(other => words.some(word => other.includes(word))).slice(0, 4);
  return close.length > 0 ? `; there are ${close.join(', ')}` : ` among ${names.length} names`;
}

function inJson(document: unknown, name: string | undefined): Found {
  if (name === undefined) return number(document, 'the document');
  const steps = parseJsonPath(name);
  if (!steps) return { missing: `${name} is no path in JSON, such as pools[0].leased` };
  return number(atJsonPath(document, steps), name);
}

function number(found: unknown, name: string): Found {
  const value = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  if (typeof value === 'number' && Number.isFinite(value)) return { value };
  return { missing: found === undefined ? `there is no ${name}` : `${name} is no number` };
}

/** The steps of `pools.http.leased`, `pools[0].leased`; undefined when it is no such path. */
export function parseJsonPath(text: string): (string | number)[] | undefined {
  const path = text.replace(/^\$\.?/, '');
  const steps: (string | number)[] = [];
  const rest = path.replace(STEP, (_, name: string | undefined, index: string | undefined) => {
    steps.push(name ?? Number(index));
    return '';
  });
  return rest === '' && steps.length > 0 ? steps : undefined;
}

/** What stands there; undefined when nothing does. */
function atJsonPath(document: unknown, steps: ReadonlyArray<string | number>): unknown {
  let found = document;
  for (const step of steps) {
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}

const STEP = /(?:^|\.)([^.[\]]+)|\[(\d+)\]/gy;

/** One line of the Prometheus text format. */
interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** A page of numbers: its samples, and the type of each metric that tells one. */
interface Exposition {
  readonly samples: readonly Sample[];
  readonly types: ReadonlyMap<string, string>;
}

/**
 * The text format of Prometheus (version 0.0.4, and what OpenMetrics 1.0 adds to it: exemplars, `# EOF`).
 * undefined: a line is none of it, so that a page of something else is not taken for one without metrics.
 */
export function parseExposition(text: string): Exposition | undefined {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    if (line.startsWith('#')) {
      const [, name, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
      if (name !== undefined && type !== undefined) types.set(name, type);
      continue;
    }
    const sample = parseSample(line);
    if (!sample) return undefined;
    samples.push(sample);
  }
  return { samples, types };
}

/** `name`, or `name{label="value",…}`; undefined when it is neither. */
export function parseSelector(text: string): Omit<Sample, 'value'> | undefined {
  const match = SELECTOR.exec(text);
  const labels = match && parseLabels(match[2] ?? '');
  return match && labels ? { name: match[1] ?? '', labels } : undefined;
}

function parseSample(line: string): Sample | undefined {
  const match = SAMPLE.exec(line);
  if (!match) return undefined;
  const labels = parseLabels(match[2] ?? '');
  const value = parseValue(match[3] ?? '');
  return labels && value !== undefined ? { name: match[1] ?? '', labels, value } : undefined;
}

function parseLabels(text: string): Map<string, string> | undefined {
  const labels = new Map<string, string>();
  const rest = text.replace(LABEL, (_, name: string, value: string) => {
    labels.set(
      name,
      value.replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char)),
    );
    return '';
  });
  return rest.trim() === '' ? labels : undefined;
}

/** As Go's ParseFloat takes it. */
function parseValue(text: string): number | undefined {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABELS = String.raw`\{((?:[^"}]|"(?:\\.|[^"\\])*")*)\}`;
const SELECTOR = new RegExp(`^(${NAME})(?:${LABELS})?$`);
/** A time and an exemplar may follow the value. */
const SAMPLE = new RegExp(`^\\s*(${NAME})\\s*(?:${LABELS})?\\s+(\\S+)(?:\\s+-?[\\d.]+)?\\s*(?:#.*)?$`);
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:\\.|[^"\\])*)"\s*(?:,|$)/g;
