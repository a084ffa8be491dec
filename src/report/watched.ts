import type { Measured } from '../not-measured.js';
import type { Evidence } from '../verdict/evidence.js';
import type { Finding } from '../verdict/finding.js';
import type { WatchFacts } from '../verdict/watched-load.js';
import { escapeText } from './escape.js';
import type { Report, ReportedFinding } from './report.js';
import { inConnections, perMinuteOfLoad } from './wording/watch.js';

export function reportWatch(watch: WatchFacts | undefined): Measured<Pick<Report, 'watch'>> {
  if (!watch) return {};
  const { load, runs, inUse } = watch;
  return {
    watch: {
      command: load?.command.map(escapeText),
      status: load?.status,
      signal: load?.signal,
      stopped: load?.stopped ?? false,
      durationMs: watch.durationMs,
      ...{ runs, inUse, accepted: watch.accepted, acceptedBy: watch.acceptedBy },
    },
  };
}

/** A sentence, told of cycles or, where others made them, of connections. */
export function inUnit(text: string, { watch }: Pick<Evidence, 'watch'>): string {
  return watch ? inConnections(text) : text;
}

/** The same finding in a report of watching: per connection, and per minute. */
export function inWatchWords(
  finding: ReportedFinding,
  facts: Finding,
  watch: WatchFacts | undefined,
): ReportedFinding {
  if (!watch) return finding;
  return {
    ...finding,
    title: inConnections(finding.title),
    cause: inConnections(finding.cause),
    advice: inConnections(finding.advice),
    evidence: [
      ...finding.evidence.map(inConnections),
      ...(IS_GROWTH[facts.kind] ? [perMinuteOfLoad(facts, watch)] : []),
    ],
  };
}

const IS_GROWTH: Readonly<Record<Finding['kind'], boolean>> = {
  fd: true,
  thread: true,
  child: true,
  zombie: true,
  mapping: true,
  memory: false,
  work: false,
  gauge: true,
  crash: false,
  restart: false,
  hang: false,
  refused: false,
  reply: false,
  spin: false,
  reload: false,
  shutdown: false,
  sanitizer: false,
};
