import type { Departed, Evidence, Watched } from './evidence.js';
import { serverFailures, turnedDown } from './failures.js';
import { hasCrashed } from './processes.js';

/** Processes that were there before the run and have no successor; the roots are another matter. */
export interface Lost {
  /** They crashed, or took connections with them. */
  readonly faulty: readonly Departed[];
  /** Nobody can tell whether they should be there. */
  readonly unexplained: readonly Departed[];
  /** Programs like this one end such processes by themselves. */
  readonly byDesign: readonly Departed[];
  /** Connections that ended with them. */
  readonly cutOff: number;
}

export function lostProcesses(evidence: Evidence): Lost {
  const gone = evidence.departed.filter(({ isRoot, replacedBy }) => !isRoot && replacedBy === undefined);
  const crashed = gone.filter(hasCrashed);
  const others = gone.filter(process => !hasCrashed(process) && !process.servedOther);
  const byDesign = others.filter(process => whyItShrinks(evidence.program, process) !== undefined);
  const rest = others.filter(process => !byDesign.includes(process));
  const cutOff = rest.length + crashed.length === 0 ? 0 : cutOffWith(evidence, gone.length);
  // Which of several went with a client in its hands is not known: all did then, as far as anybody can tell.
  return {
    faulty: cutOff > 0 ? [...crashed, ...rest] : crashed,
    unexplained: cutOff > 0 ? [] : rest,
    byDesign,
    cutOff,
  };
}

/** A process takes no more of the connections with it than were open at a time: more failures than that have another cause. */
function cutOffWith(evidence: Evidence, lost: number): number {
  const { reset = 0, unanswered = 0 } = serverFailures(evidence);
  const failed = Math.max(0, reset + unanswered - turnedDown(evidence));
  const known = failed <= lost * (evidence.own?.concurrency ?? 1) ? failed : 0;
  return Math.max(known, cutOffWatched(evidence.own?.watched));
}

/** Of a server that ends connections by itself as a matter of course, an end tells nothing of a death. */
export function cutOffWatched(watched: Watched | undefined): number {
  if (!watched) return 0;
  const { of, ended, cutOff } = watched;
  return ended - cutOff <= of / 10 ? cutOff : 0;
}

/** What a program ends by design, by what it is called or what its process calls itself; undefined where nothing is known. */
export function whyItShrinks(program: string | undefined, { title = '' }: Departed): string | undefined {
  return SHRINKING.find(
    ({ programs, titles }) => programs.test(program ?? '') && (titles === undefined || titles.test(title)),
  )?.what;
}

const SHRINKING: ReadonlyArray<{
  readonly programs: RegExp;
  readonly titles?: RegExp;
  readonly what: string;
}> = [
  // MaxSpareServers, MaxSpareThreads.
  { programs: /^(apache2|httpd)/, what: 'spare workers' },
  // pm = dynamic, pm = ondemand.
  { programs: /^php-fpm/, titles: /: pool /, what: 'spare workers' },
  // autovacuum, parallel and replication workers, and the sessions of clients.
  {
    programs: /^(postgres|postmaster)/,
    titles:
      /: (?!.*\b(checkpointer|(background )?writer|walwriter|(autovacuum|replication) launcher|logger|stats collector)\b)/,
    what: 'workers whose job is done',
  },
  { programs: /^nginx/, titles: /cache loader/, what: 'the loader of its cache' },
  { programs: /^(sshd|dropbear|vsftpd|proftpd|pure-ftpd|smbd|x?inetd)/, what: 'a process with its session' },
  { programs: /^(dovecot|master|exim4?)$/, what: 'idle workers' },
];
