/** One line of the Prometheus text format. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** A page of numbers: its samples, and the type of each metric that tells one. */
export interface Exposition {
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
