import type { Row } from '../case.js';
import type { Model } from './c-models.js';

/** A process that ends on connection 500, once. What that means depends on whose process it is. */
export function cEndings({ name, served, fully }: Model): Row[] {
  return ['crash', 'crash-segv', 'exit'].map((fault): Row => {
    const long = fault === 'crash-segv' && !fully;
    const row = { fault, args: ['--at', '500'], client: 'fin', long } as const;
    // A worker with a listener of its own takes those with it who wait there, if anybody does at that moment.
    const own: Pick<Row, 'mayFail'> = name === 'reuseport' ? { mayFail: ['restart', 'refused'] } : {};
    // Where the kernel's log may be read, it names the worker that crashed.
    const logged = fault === 'crash-segv' ? { mayFail: [...(own.mayFail ?? []), 'restart'] as const } : {};
    if (served === 'by a worker') return { ...row, ...own, ...logged, verdict: 'pass', warns: ['restart'] };
    // The child that dies was made for this connection; but it is the parent that accepts, and so exits.
    if (served === 'by a child' && fault !== 'exit') return { ...row, verdict: 'pass' };
    const says = fully ? /died on cycle 4[89]\d/ : undefined;
    return { ...row, verdict: 'fail', kinds: ['crash'], says };
  });
}
