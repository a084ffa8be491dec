/** What a server that was built or run with a checker of its own has reported. */
export interface SanitizerReport {
  /** "AddressSanitizer", "LeakSanitizer", "valgrind", … */
  readonly tool: string;
  /** In its own words. */
  readonly said: string;
}

/**
 * The reports in what a server wrote: each sanitizer ends one with a SUMMARY line, UBSan writes a "runtime error" line
 * for each, valgrind counts errors and what is definitely lost.
 */
export function findSanitizerReports(output: string): SanitizerReport[] {
  const found: SanitizerReport[] = [];
  let possiblyLost = '';
  for (const line of output.split('\n')) {
    const [, tool = '', said = ''] = /^SUMMARY: (\w+Sanitizer): (.+)$/.exec(line.trim()) ?? [];
    if (tool !== '') found.push({ tool: / leaked in /.test(said) ? 'LeakSanitizer' : tool, said });
    else if (/:\d+:\d+: runtime error: /.test(line)) found.push({ tool: 'UBSan', said: line.trim() });
    const [, lost = ''] = /^==\d+==\s+(definitely lost: [1-9].*)$/.exec(line) ?? [];
    const [, errors = ''] =
      /^==\d+== ERROR SUMMARY: ([1-9][\d,]* errors? from .*?)(?: \(|$)/.exec(line) ?? [];
    const [, perhaps = ''] = /^==\d+==\s+(possibly lost: [1-9].*)$/.exec(line) ?? [];
    if (perhaps !== '') possiblyLost = `; ${perhaps}`;
    if (lost !== '') found.push({ tool: 'valgrind', said: lost });
    // It counts as an error only with --leak-check=full: without it, memory that is still pointed into is none.
    if (errors !== '') found.push({ tool: 'valgrind', said: errors + possiblyLost });
  }
  return found.slice(0, MOST);
}

const MOST = 20;
