/** What a port of the README stands for: which server listens there in the test. */
export const PORTS = { 9000: 'clean', 6379: 'answers', 7000: 'answers', 8443: 'tls' } as const;

/** What is written for a long run or a large machine, and what is run instead of it. */
export const SHORTER: ReadonlyArray<readonly [written: string, run: string]> = [
  ['--duration 10m', '--duration 300ms'],
  ['--duration 2h', '--duration 300ms'],
  ['--duration 8h', '--duration 300ms'],
  ['--ramp 30s', '--ramp 100ms'],
  ['--hold 10000', '--hold 50'],
];

/** What stands for something else, whole. */
export const INSTEAD: Readonly<Record<string, string>> = {
  'churn [run] [options]': 'churn run --port 9000',
  'churn render FILE.json': 'churn render churn.json',
  'churn compare A.json B.json': 'churn compare old.json new.json',
};

/** What is not run here, and where it is. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm install && npm start': 'test/e2e/commands: demo; the installation is what this test runs in',
  'npm install -g .': 'npm run check:package packs it',
  'npm install -g churn': 'the same, of the published package',
  './server 9000 &': 'the servers of the test stand for it',
  './server --port 9000 &': 'the servers of the test stand for it',
  './server --port 9000 & echo $! > server.pid': 'the servers of the test stand for it',
  'kill $(cat server.pid)': 'ends it',
};
