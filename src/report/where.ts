import { formatBytes, formatCount } from '../units.js';
import type { Found, Frame, KeptObjects, LetGo, Place, Touch } from '../where/found.js';
import { escapeText } from './escape.js';
import type { ReportedFinding } from './report.js';

/** What was found out as the report has it: names, paths and lines of the server are text from outside, made harmless. */
export function reportFound({ places, remarks }: Found): Pick<ReportedFinding, 'where' | 'whereRemarks'> {
  return harmless({ where: places, whereRemarks: remarks });
}

function harmless<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (_key, part) =>
      typeof part === 'string' ? escapeText(part.replaceAll('\t', '    ')) : part,
    ),
  );
}

/** "on_client (server.c:117)" */
export function placeName({ function: name, file, line, at }: Frame): string {
  const place = line === null ? file : `${file}:${line}`;
  if (file !== null) return (name ?? at) === '' ? `${place}` : `${name ?? at} (${place})`;
  return name === null || name === '' ? at : `${name}${at === '' ? '' : ` (${at})`}`;
}

/** "read() = 0" */
export function callName({ call, result }: Pick<Touch, 'call' | 'result'>): string {
  const said = call.includes(' ') ? call : `${call}()`;
  return `${said}${result === '' ? '' : ` = ${result}`}`;
}

/** The sentences about one way through the code: the way of those that are kept, then that of those that are not. */
export function placeSentences(kind: ReportedFinding['kind'], place: Place): string[] {
  const { count, of, what, made, last, letGo, kept, heap } = place;
  if (heap) return [...heapSentences(place, heap), ...kept];
  if (kind === 'hang') {
    const standing = last && last.frames.length > 0 ? ` ${inCode(last)}` : '';
    return [`${count} of ${of} threads (${what}): in ${callName(last ?? NO_CALL)}${standing}`, ...kept];
  }
  const parts = [
    ...(made ? [`${madeVerb(what, made)} ${inCode(made)}`] : []),
    ...(last ? [`${lastVerb(what, last)} ${callName(last)} ${inCode(last)}`] : []),
    ...(made && !last ? ['not touched since'] : []),
    RUNS.test(what) ? 'it has not ended' : (NEVER[kind] ?? 'never let go'),
  ];
  return [
    `${count} of ${of}: ${what === 'connection' ? '' : `${what} `}${parts.join(', ')}`,
    ...kept,
    ...(letGo ? [letGoSentence(kind, letGo)] : []),
  ];
}

/** "200 × Session on 200 cycles, 56 B each …, made in onClient (app.js:40)", "kept by Map `sessions` (app.js:3)" */
function heapSentences(
  { count, of, what, made }: Place,
  { shallowBytes, retainedBytes, isGrown, keptBy }: KeptObjects,
): string[] {
  const makes = made ? `, made ${inCode(made)}` : '';
  const rest = retainedBytes > shallowBytes ? `, ${formatBytes(retainedBytes)} with all that they keep` : '';
  const [declared] = keptBy?.frames ?? [];
  const where = declared ? ` (${placeName({ ...declared, function: null })})` : '';
  return [
    isGrown
      ? `${what} that was there before grew by ${formatBytes(shallowBytes)} on ${of} cycles`
      : `${formatCount(count)} × ${what} on ${of} cycles, ${formatBytes(shallowBytes)} each${rest}${makes}`,
    ...(keptBy ? [`kept by ${keptBy.call}${where}`] : []),
  ];
}

function letGoSentence(kind: ReportedFinding['kind'], { count, before, by }: LetGo): string {
  const from = before ? ` after ${callName(before)} ${inCode(before)}` : '';
  const those = count === 1 ? 'the one that was' : `the ${count} that were`;
  if (by.call === 'exit' || by.frames.length === 0)
    return `${those} let go went with the end of its process${from}`;
  return `${those} ${WAS[kind] ?? 'let go'} went through ${callName(by)} ${inCode(by)}${from}`;
}

/** A wrapper of the call says little: its caller is named as well. */
function inCode({ frames: [first, caller] }: Touch): string {
  if (!first) return 'at a place that cannot be told';
  const from = caller && caller.function !== 'main' ? `, called from ${placeName(caller)}` : '';
  return `in ${placeName(first)}${from}`;
}

function madeVerb(what: string, { call }: Touch): string {
  if (call === 'go') return 'started';
  if (call === 'allocation') return 'allocated';
  if (/^(clone3?|v?fork)$/.test(call))
    return /process|thread/.test(what) ? 'started' : 'inherited by the child that was made';
  if (call.startsWith('accept')) return 'accepted';
  if (/^(open|creat)/.test(call)) return 'opened';
  if (/^dup|^fcntl/.test(call)) return 'duplicated';
  if (call === 'mmap') return 'mapped';
  return `made by ${callName({ call, result: '' })}`;
}

/** A thread or a goroutine stands where it sleeps; a listener belongs to what it listens to. */
function lastVerb(what: string, { call }: Touch): string {
  if (RUNS.test(what)) return 'in';
  return call.includes(' ') ? 'its' : 'last touched by';
}

/** The frame that a reader should look at first: what was done last, else where it was made, else what keeps it. */
export function tellingFrame({ made, last, heap }: Place): Frame | undefined {
  return [last, made, heap?.keptBy].flatMap(
    touch => touch?.frames.find(({ line }) => line !== null) ?? [],
  )[0];
}

/** The lines of source around a frame, with their numbers and a mark. */
export function sourceLines({ source }: Frame): string[] {
  const width = String(source.at(-1)?.number ?? '').length;
  return source.map(({ number, text, marked }) =>
    `${marked ? '>' : ' '} ${String(number).padStart(width)} │ ${text}`.trimEnd(),
  );
}

/** All of it as lines of text, where there is no room for two columns; none where nobody asked. */
export function whereLines({ kind, where = [], whereRemarks = [] }: ReportedFinding): string[] {
  return [...where.flatMap(place => placeSentences(kind, place)), ...whereRemarks].map(
    (line, index) => `${index === 0 ? 'where: ' : ''}${line}`,
  );
}

/** What sleeps somewhere, where a runtime tells that. */
const RUNS = /^(thread|goroutine)$/;
const NO_CALL = { call: 'no call', result: '' };
const NEVER: Partial<Record<ReportedFinding['kind'], string>> = {
  fd: 'never closed',
  child: 'it has not ended',
  zombie: 'never waited for',
  thread: 'it has not ended',
  mapping: 'never unmapped',
};
const WAS: Partial<Record<ReportedFinding['kind'], string>> = {
  fd: 'closed',
  child: 'waited for',
  zombie: 'waited for',
  thread: 'ended',
  mapping: 'unmapped',
};
