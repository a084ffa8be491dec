import { type Asked, clientWords, NOTHING_ASKED, saidWords } from '../options/asked.js';
import type { Finding } from '../verdict/finding.js';
import type { WatchFacts } from '../verdict/watched-load.js';
import type { ClientName } from '../workload/client-names.js';
import { perMinute } from './counts.js';
import { breakProof, escapeText, formatCommand } from './escape.js';
import { wordsFor } from './kinds/registry.js';
import { type Done, type NextStep, type Terms, tell } from './kinds/words.js';
import type { ReportedFinding, ReportedTarget } from './report.js';

/** What the words depend on beside the finding. */
interface FindingContext extends Done {
  readonly target: Pick<ReportedTarget, 'address'>;
  readonly terms: Terms;
  readonly watch?: WatchFacts | undefined;
}

/** One finding, and the words for it. */
export function reportFinding(
  finding: Finding,
  { target, clients, asked, where, terms, watch }: FindingContext,
): ReportedFinding {
  const words = wordsFor(finding);
  const { kind, severity, count, perCycle, ...facts } = finding;
  const { title, cause, advice, evidence } = tell(words, finding, terms);
  return {
    kind,
    severity,
    count,
    perCycle: Number(perCycle.toPrecision(6)),
    title: breakProof(title),
    cause: breakProof(cause),
    advice: breakProof(advice),
    next: nextCommand(finding, target.address, { clients, asked, where, server: terms.server }),
    evidence: [
      ...evidence.map(breakProof),
      ...(watch && words.isGrowth ? [perMinuteOfLoad(finding, watch)] : []),
    ],
    facts: shorten({ ...facts, server: terms.server }),
  };
}

/** "30 per minute": growth where connections may be few and long. */
function perMinuteOfLoad({ count }: Finding, { judgedMs }: WatchFacts): string {
  return `that is ${perMinute(count / Math.max(1 / 60, judgedMs / 60_000))} per minute of the load`;
}

/** A list of 10 000 fd numbers helps nobody: the report keeps both ends of it. Text in it may come from outside. */
function shorten(facts: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(facts, (_key, value) =>
      Array.isArray(value) && value.length > MAX_LISTED
        ? [...value.slice(0, MAX_LISTED / 2), ...value.slice(-MAX_LISTED / 2)]
        : typeof value === 'string'
          ? escapeText(value)
          : value,
    ),
  );
}

const MAX_LISTED = 20;

/**
 * The command that tells more about a finding: one that makes cycles again makes them with the same clients, and asks for
 * the same. The address is that of the report: "127.0.0.1:9000", "[::1]:9000", "unix:/run/app.sock".
 */
export function nextCommand(finding: Finding, address: string, done: Done = {}): string {
  const step: NextStep = wordsFor(finding).next?.(finding, done) ?? whereOr(finding, done);
  if (step === 'inspect') return formatCommand(['churn', 'inspect', ...serverOptions(address)]);
  if ('explain' in step) return formatCommand(['churn', 'explain', step.explain]);
  if ('client' in step) return closerLook(address, step.client, done.asked);
  const { clients = [], asked = NOTHING_ASKED } = done;
  const same = [...clientWords(clients, asked), ...saidWords(clients, asked)];
  return formatCommand([...asking(address, asked), ...same, ...step.again]);
}

/** Where in the code; the explanation of the kind where that has been asked, or cannot be. */
function whereOr({ kind }: Finding, { where }: Done): NextStep {
  return where === false && KINDS_OF_CODE.includes(kind) ? { again: ['--where'] } : { explain: kind };
}

/** The command that looks closer at one client behaviour. */
export function closerLook(address: string, client: ClientName, asked: Asked = NOTHING_ASKED): string {
  return formatCommand([...asking(address, asked), '--client', client, ...saidWords([client], asked)]);
}

function asking(address: string, { url }: Asked): string[] {
  return url === undefined ? ['churn', ...serverOptions(address)] : ['churn', url];
}

/** Loopback is where a port is looked for when no host is named. */
function serverOptions(address: string): string[] {
  if (address.startsWith('unix:')) return ['--unix', address.slice('unix:'.length)];
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const port = ['--port', address.slice(colon + 1)];
  return host === '127.0.0.1' || host === '::1' ? port : ['--host', host, ...port];
}

/** They lie at a place in the code that --where finds from outside, whatever the server is written in. */
const KINDS_OF_CODE: ReadonlyArray<Finding['kind']> = ['fd', 'child', 'zombie', 'thread', 'mapping', 'hang'];
