import type { Case, Group } from '../case.js';

const server = 'life/life';
const quiet = { through: ['valgrind', '-q'] };
const status = { through: ['valgrind', '--leak-check=full', '--error-exitcode=9'] };
const built = { flags: ['-fsanitize=address'] };
const found: Pick<Case, 'client' | 'verdict' | 'kinds'> = {
  client: 'fin',
  verdict: 'fail',
  kinds: ['sanitizer'],
};

/** Servers with a checker of their own, started by churn: those that lose memory have passed, and so have those unheard. */
export const checkers: Group = {
  name: 'checkers',
  cases: [
    { server, started: quiet, fault: 'loses-memory', ...found },
    { server, started: quiet, fault: 'ok', client: 'fin', verdict: 'pass' },
    { server, started: status, fault: 'loses-memory', ...found },
    { server, started: built, fault: 'loses-memory', ...found },
    { server, started: built, fault: 'leaves', client: 'fin', verdict: 'pass' },
    { server, started: built, fault: 'ok', client: 'fin', verdict: 'undecided' },
    { server, started: built, fault: 'leaves-at-once', client: 'fin', verdict: 'undecided' },
  ],
};
