import { execFileSync } from 'node:child_process';
import { TOPIC_NAMES } from '../src/guide/topics.js';

/** What `npm pack` would ship: the program, the library, the schema, the words about them, the guide, and nothing else. */
const ALLOWED =
  /^(bin\/churn\.js|dist\/(index|cli\/start|serve\/table-worker|gather\/cycle-worker|started\/watchdog|library\/(assert|cycle|jest|vitest|cycle-child)|demo\/[a-z-]+|chunks\/[A-Z0-9]+)\.js|dist\/library\/(cycle|jest)\.cjs|dist\/types\/[\w/.-]+\.d\.c?ts|dist\/(report|inspection)\.schema\.json|dist\/cli\/licenses\.txt|dist\/churn\.1|dist\/guide\/[a-z-]+\.md|package\.json|README\.md|LICENSE)$/;
const REQUIRED = [
  'bin/churn.js',
  'dist/index.js',
  'dist/cli/start.js',
  'dist/cli/licenses.txt',
  'dist/report.schema.json',
  'dist/inspection.schema.json',
  'dist/churn.1',
  'dist/types/index.d.ts',
  'dist/library/cycle-child.js',
  'dist/serve/table-worker.js',
  'dist/gather/cycle-worker.js',
  'dist/started/watchdog.js',
  ...['cycle', 'jest'].flatMap(name => [`dist/library/${name}.cjs`, `dist/types/library/${name}.d.cts`]),
  ...TOPIC_NAMES.map(topic => `dist/guide/${topic}.md`),
];

const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' }),
);
const files: string[] = packed.files.map((file: { path: string }) => file.path);
const strange = files.filter(file => !ALLOWED.test(file));
/** Declarations, chunks and pages: what a user never reads is left out by .ci/prune-types.mjs. */
const MOST = 250;
const missing = REQUIRED.filter(file => !files.includes(file));
if (strange.length > 0 || missing.length > 0 || files.length > MOST) {
  process.stderr.write(`packed, and should not be: ${strange.join(', ') || 'nothing'}\n`);
  process.stderr.write(`missing from the package: ${missing.join(', ') || 'nothing'}\n`);
  process.stderr.write(`packed: ${files.length} files, at most ${MOST} expected\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`packed: ${files.length} files, ${packed.size} bytes\n`);
}
