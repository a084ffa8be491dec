import { unreachedRoutes } from '../answers.js';
import type { Evidence } from '../evidence.js';
import { attempts, firstFailure, serverFailures, turnedDown } from '../failures.js';
import type { CheckResult, ReplyFinding } from '../finding.js';
import type { Note } from '../note.js';
import { isHanging } from './hang.js';

/** Cycles that failed although the server is there. Under one in a hundred is a warning. */
export function checkRefused(evidence: Evidence): CheckResult {
  const failures = serverFailures(evidence);
  const hangs = [evidence.warmup, evidence.cycles, evidence.confirm].some(
    ({ stopped }) => stopped === 'accept-stalled' || stopped === 'deadlines',
  );
  const counted = Object.entries({ ...failures, reset: (failures.reset ?? 0) - turnedDown(evidence) }).filter(
    ([kind, failed]) =>
      failed > 0 && !(hangs && kind === 'timeout') && kind !== 'unanswered' && kind !== 'unexpected',
  );
  const gone = evidence.departed.some(({ isRoot }) => isRoot);
  const count = gone ? 0 : counted.reduce((sum, [, failed]) => sum + failed, 0);
  const of = attempts(evidence);
  const severity = count >= of / 100 ? 'fail' : 'warn';
  const first = firstFailure(evidence, kind => kind !== 'unanswered' && kind !== 'unexpected');
  const origin = first ? evidence.own?.originOf(first.connection) : undefined;
  return {
    check: {
      kind: 'refused',
      status: count === 0 ? 'pass' : severity,
      before: 0,
      after: count,
      perRound: [],
      bound: undefined,
    },
    findings:
      count === 0
        ? []
        : [
            {
              kind: 'refused',
              severity,
              count,
              perCycle: count / Math.max(1, of),
              of,
              failures: Object.fromEntries(counted),
              firstCycle: origin?.cycle ?? 1,
              phase: origin?.phase ?? 'cycles',
              listenerGone: evidence.listenerGone,
              ...(evidence.changes?.includes('listener') && { reopened: true }),
            },
          ],
    notes: [],
  };
}

/**
 * Answers that were waited for. A request that the user named has to be answered; one that this tool made up may be
 * Greek to the server, and then its silence decides nothing. Under one in a hundred is a warning.
 */
export function checkReply(evidence: Evidence): CheckResult {
  const { unanswered = 0, unexpected = 0 } = serverFailures(evidence);
  const answered = tallies(evidence).reduce((sum, tally) => sum + tally.answered, 0);
  const completed = tallies(evidence).reduce((sum, tally) => sum + tally.completed, 0);
  const down = turnedDown(evidence);
  const of = answered + unanswered + unexpected;
  const excused = isHanging(evidence) || evidence.departed.some(({ isRoot }) => isRoot);
  const count = excused ? 0 : unanswered + unexpected;
  const severity = count >= of / 100 ? 'fail' : 'warn';
  const first = firstFailure(evidence, isOfAnswers);
  const isStream = first?.code === 'endless' && count > 0;
  const isGreek =
    isStream ||
    (!evidence.own?.requestIsMeant && ((count > 0 && answered === 0) || (down > 0 && completed === 0)));
  const unreached = unreachedRoutes(evidence);
  const closedFirst = first?.code === 'early-end';
  const origin = first ? evidence.own?.originOf(first.connection) : undefined;
  const finding: ReplyFinding = {
    kind: 'reply',
    severity,
    count,
    perCycle: count / Math.max(1, of),
    ...{ of, answered, unanswered, unexpected, closedFirst },
    unfinished: first?.code === 'unfinished',
    heard: tallies(evidence).find(({ unexpectedAnswer }) => unexpectedAnswer !== undefined)?.unexpectedAnswer,
    timeoutMs: evidence.timeoutMs,
    firstCycle: origin?.cycle ?? 1,
    phase: origin?.phase ?? 'cycles',
  };
  return {
    check: {
      kind: 'reply',
      status:
        isGreek || (unreached.length > 0 && count === 0)
          ? 'undecided'
          : of === 0 || excused
            ? 'not-measured'
            : count > 0
              ? severity
              : 'pass',
      before: 0,
      after: count,
      perRound: [],
      bound: undefined,
    },
    findings: count > 0 && !isGreek ? [finding] : [],
    notes: [
      ...unreached.map((answered): Note => {
        const { accepts = [] } = evidence.own?.asked ?? {};
        return { note: 'not-reached', answered, accepts };
      }),
      ...silenceNotes(evidence, isStream, isGreek, closedFirst || down > 0),
    ],
  };
}

/** What is said of answers that did not come, or were not to be expected. */
function silenceNotes(evidence: Evidence, isStream: boolean, isGreek: boolean, closedFirst: boolean): Note[] {
  const { timeoutMs } = evidence;
  if (isStream) return [{ note: 'endless', timeoutMs }];
  if (isGreek) return [{ note: 'not-answered', closedFirst, timeoutMs }];
  const down = turnedDown(evidence);
  return down > 0 ? [{ note: 'turned-down', count: down, of: attempts(evidence) }] : [];
}

function isOfAnswers(kind: string): boolean {
  return kind === 'unanswered' || kind === 'unexpected';
}

function tallies({ warmup, cycles, confirm }: Evidence) {
  return [warmup, cycles, confirm];
}
