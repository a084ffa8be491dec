/** What a server that was built or run with a checker of its own has reported. */
export interface SanitizerReport {
  /** "AddressSanitizer", "LeakSanitizer", "valgrind", … */
  readonly tool: string;
  /** In its own words. */
  readonly said: string;
}

/**
 * The reports in what a server and its checkers wrote: each sanitizer ends one with a SUMMARY line, UBSan writes a
 * "runtime error" line for each, valgrind tells as text or XML. The same thing is told once.
 */
export function findSanitizerReports(output: string): SanitizerReport[] {
  const ofValgrind = [...findInText(output), ...findInXml(output)].map(said => ({ tool: 'valgrind', said }));
  const found = [...findOfSanitizers(output), ...ofValgrind];
  const seen = new Set<string>();
  return found
    .filter(({ tool, said }) => {
      const key = `${tool} ${said}`;
      return !seen.has(key) && seen.add(key);
    })
    .slice(0, MOST);
}

function findOfSanitizers(output: string): SanitizerReport[] {
  const found: SanitizerReport[] = [];
  // With print_summary=0 the first line of a report is all that names it.
  let begun: SanitizerReport | undefined;
  for (const line of output.split('\n')) {
    const [, starting = '', what = ''] = BEGINS.exec(line) ?? [];
    if (starting !== '') {
      if (begun) found.push(begun);
      begun = { tool: starting, said: what.replace(/ \(pid=\d+\)| on address .*/, '') };
      continue;
    }
    const [, tool = '', said = ''] = /^SUMMARY: (\w+Sanitizer): (.+)$/.exec(line.trim()) ?? [];
    if (tool !== '') begun = undefined;
    if (tool === 'UndefinedBehaviorSanitizer') {
      const place = said.split(' ').at(-1) ?? '';
      if (found.some(one => one.tool === 'UBSan' && one.said.startsWith(place))) continue;
    }
    if (tool !== '') found.push({ tool: / leaked in /.test(said) ? 'LeakSanitizer' : tool, said });
    else if (/:\d+:\d+: runtime error: /.test(line)) found.push({ tool: 'UBSan', said: line.trim() });
  }
  return begun ? [...found, begun] : found;
}

const BEGINS =
  /(?:^|==)(?:ERROR: (?=\w+Sanitizer: )|WARNING: (?=ThreadSanitizer: |MemorySanitizer: use-of-))(\w+Sanitizer): (.+)$/;
const MOST = 20;

/** Descriptors that were open at exit and opened at the same place, by `--track-fds=yes`. */
export interface OpenAtExit {
  readonly pid: number;
  readonly count: number;
  /** "accept (accept.c:26)", innermost first. */
  readonly stack: readonly string[];
}

/** What valgrind has written as text: what is lost, each kind of error once, or at least how many there were. */
function findInText(text: string): string[] {
  return [...messagesByPid(text).values()].flatMap(reportsOf);
}

/** The same with `--xml=yes`: it may stand between lines of the server, and be cut off by its death. */
function findInXml(text: string): string[] {
  return [...text.matchAll(/<error>.*?<\/error>/gs)].flatMap(([error]) => {
    const kind = inside(error, 'kind');
    const stack = [...(/<stack>(.*?)<\/stack>/s.exec(error)?.[1] ?? '').matchAll(/<frame>(.*?)<\/frame>/gs)]
      .map(([, frame = '']) => ({
        name: inside(frame, 'fn'),
        file: inside(frame, 'file'),
        line: inside(frame, 'line'),
      }))
      .map(({ name, file, line }) => (file === '' ? name : `${name} (${file}:${line})`));
    if (isHarmlessKind(kind) || (kind === 'Leak_PossiblyLost' && isOfThread(stack))) return [];
    const said = inside(error, 'what') || inside(inside(error, 'xwhat'), 'text') || kind;
    return [decode(withPlace(said, stack))];
  });
}

/** What was open at exit, by where it was opened; what it has from its parent is none of its own. */
export function findOpenAtExit(text: string): OpenAtExit[] {
  const groups = new Map<string, { pid: number; count: number; stack: readonly string[] }>();
  for (const [pid, lines] of messagesByPid(text)) {
    for (const { head, stack } of blocksOf(lines)) {
      if (!isOpenDescriptor(head) || stack.length === 0) continue;
      const key = `${pid} ${stack.join()}`;
      groups.set(key, { pid, count: (groups.get(key)?.count ?? 0) + 1, stack });
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** Whether valgrind has come to its end with a process, so that what it did not say is not there. */
export function hasSummary(text: string, pid: number): boolean {
  const isMine = new RegExp(`^==(?:[\\d:.]+ )?${pid}== ERROR SUMMARY: `, 'm');
  const xml = text.split(`<pid>${pid}</pid>`)[1]?.split('<pid>')[0] ?? '';
  return isMine.test(text) || xml.includes('<state>FINISHED</state>');
}

/** "==7== …", with --time-stamp "==00:00:00:01.204 7== …". */
function messagesByPid(text: string): Map<number, string[]> {
  const byPid = new Map<number, string[]>();
  for (const line of text.split('\n')) {
    const [, pid, said = ''] = /^==(?:[\d:.]+ )?(\d+)== ?(.*)$/.exec(line) ?? [];
    if (pid === undefined) continue;
    const lines = byPid.get(Number(pid)) ?? [];
    lines.push(said.trimEnd());
    byPid.set(Number(pid), lines);
  }
  return byPid;
}

function reportsOf(lines: readonly string[]): string[] {
  const said = (pattern: RegExp) => lines.flatMap(line => pattern.exec(line)?.[1] ?? []).at(-1);
  const blocks = blocksOf(lines).filter(({ head }) => !isNoError(head));
  const isHarmless = ({ head, stack }: Block) =>
    isOpenDescriptor(head) || (isPossiblyLost(head) && isOfThread(stack));
  const faults = blocks.filter(block => !isHarmless(block) && block.stack.length > 0);
  const lost = said(/^\s+(definitely lost: [1-9].*)$/);
  const possiblyLost = said(/^\s+(possibly lost: [1-9].*)$/);
  const errors = said(/^ERROR SUMMARY: ([1-9][\d,]* errors? from .*?)(?: \(|$)/);
  const contexts = Number((/from ([\d,]+) contexts/.exec(errors ?? '')?.[1] ?? '0').replaceAll(',', ''));
  const isUntold = faults.length === 0 && contexts > blocks.filter(isHarmless).length;
  return [
    ...(lost === undefined || faults.some(({ head }) => isLost(head)) ? [] : [lost]),
    ...faults.map(({ head, stack }) => withPlace(head, stack)),
    // It counts as an error only with --leak-check=full: without it, memory that is still pointed into is none.
    ...(isUntold ? [`${errors}${possiblyLost === undefined ? '' : `; ${possiblyLost}`}`] : []),
  ];
}

interface Block {
  readonly head: string;
  readonly stack: readonly string[];
}

/** A line that is not indented, and the stack right below it. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: { head: string; stack: string[] }[] = [];
  let isOpen = false;
  for (const line of lines) {
    const [, frame] = /^\s+(?:at|by) 0x[0-9A-Fa-f]+: (.*)$/.exec(line) ?? [];
    if (frame !== undefined) {
      if (isOpen) blocks.at(-1)?.stack.push(frame.replace(/ \(in .*\)$/, ''));
    } else if (!line.startsWith('Locks held: ')) {
      isOpen = /^\S/.test(line);
      if (isOpen) blocks.push({ head: line, stack: [] });
    }
  }
  return blocks.filter(({ head, stack }) => stack.length > 0 || isOpenDescriptor(head));
}

/** A frame of the program itself tells more than the one of its library. */
function withPlace(head: string, stack: readonly string[]): string {
  const said = head.replace(LOST, '$2 lost: $1');
  const own = stack.filter(
    frame => !/^(?:malloc|calloc|realloc|operator new|posix_memalign|strdup)/.test(frame),
  );
  return own[0] === undefined ? said : `${said}: ${own.slice(0, 3).join(' ← ')}`;
}

function isNoError(head: string): boolean {
  return NO_ERROR.test(head);
}

function isOpenDescriptor(head: string): boolean {
  return /^Open (?:AF_\w+ socket|file descriptor) \d+/.test(head);
}

function isLost(head: string): boolean {
  return LOST.exec(head)?.[2] === 'definitely';
}

function isPossiblyLost(head: string): boolean {
  return LOST.exec(head)?.[2] === 'possibly';
}

/** What the library keeps for a thread that lives is pointed into, and is no error of the program. */
function isOfThread(stack: readonly string[]): boolean {
  return stack.some(frame =>
    /^(?:allocate_dtv|_dl_allocate_tls|allocate_stack|pthread_create)\b/.test(frame),
  );
}

function isHarmlessKind(kind: string): boolean {
  return ['Leak_StillReachable', 'Leak_IndirectlyLost', 'FdNotClosed'].includes(kind);
}

function inside(xml: string, name: string): string {
  return (new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '').trim();
}

function decode(xml: string): string {
  return xml
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** "64 bytes in 1 blocks are definitely lost in loss record 1 of 1" */
const LOST = /^(.*) (?:is|are) (\w+) lost in loss record .*$/;
/** What has a stack and is no error: what it says of a thread, of memory that is still pointed to, of the other side of a race. */
const NO_ERROR =
  /^(?:Process terminating with |Warning: |Thread #\d+ (?:was|is) |This conflicts with |Other segment |followed by |Required order )|(?:still reachable|indirectly lost) in loss record /;
