/** What a port of the README or of the guide stands for: which server listens there in the test. */
export const PORTS = {
  9000: 'clean',
  6379: 'answers',
  7000: 'answers',
  8080: 'web',
  8443: 'tls',
  3000: 'routes',
  3001: 'streams',
} as const;

/** What is written for a long run or a large machine, and what is run instead of it. */
export const SHORTER: ReadonlyArray<readonly [written: string, run: string]> = [
  ['--duration 1m', '--duration 1s'],
  ['--duration 10m', '--duration 300ms'],
  ['--duration 2h', '--duration 300ms'],
  ['--duration 8h', '--duration 300ms'],
  ['--ramp 30s', '--ramp 100ms'],
  ['--cycles 1000000', '--cycles 1000'],
  ['--hold 10000', '--hold 50'],
  ['--repeat 5', '--repeat 2'],
  ['--delay 20s', '--delay 200ms'],
  ['wrk -d5s', 'wrk -d1s'],
];

/** What stands for something else, whole. */
export const INSTEAD: Readonly<Record<string, string>> = {
  'churn [run] [target] [options] [-- server command…]': 'churn run --port 9000',
  // The port 9000 of the other commands is taken.
  'churn --port 9000 -- ./server --port 9000': 'churn --port auto -- ./server --port {port}',
  // The server of the test does not know SIGHUP, and would end.
  'churn --port auto --nofile 64 --reload SIGHUP:200 --shutdown -- ./server --port {port}':
    'churn --port auto --nofile 64 --reload SIGHUP:200 --shutdown -- nohup ./server --port {port}',
  'churn watch [target] [options] [-- load command…]': 'churn watch --port 8080 -- k6',
  'churn serve [options] [-- client command…]': 'churn serve -- ./client',
  // It would serve until it is interrupted, and somebody has to come.
  'churn serve --port 8080': './client --when-open {free} & churn serve --port 8080 --duration 1s',
  'churn serve --port 8080 --pid 4242 --duration 1m':
    './client --again-and-again {free} & churn serve --port 8080 --pid $! --duration 1s; status=$?; kill $!; exit $status',
  'churn render FILE.json': 'churn render churn.json',
  'churn compare OLD.json NEW.json': 'churn compare old.json new.json',
};

/** What is not run here, and where it is. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm install && npm start': 'test/e2e/demo; the installation is what this test runs in',
  'churn demo': 'test/e2e/demo',
  'churn inspect --port 9000 --watch 2s': 'test/e2e/commands, which ends it',
  'npx churn --port 9000': 'the same, of the published package, which does not exist yet',
  'npm install -g .': 'npm run check:package packs it',
  'npm install -g churn': 'the same, of the published package',
  'npm start &': 'the servers of the test stand for it',
  './server 9000 &': 'the servers of the test stand for it',
  './server --port 9000 &': 'the servers of the test stand for it',
  './server --port 9000 & echo $! > server.pid': 'the servers of the test stand for it',
  'kill $(cat server.pid)': 'ends it',
  'churn watch --port 9000 -- ssh load1 artillery run t.yml': 'it takes another machine',
  'churn watch --port 9000 -- artillery run-fargate --region eu-west-1 t.yml': 'the same, of AWS',
  'churn --host 10.0.0.2 --port 9000 --allow-remote --gauge http://10.0.0.2:9100/metrics': 'test/e2e/remote',
  'churn http://localhost:3000/ --where -- node server.js':
    'test/library/where, with a server that keeps memory',
  'churn --port 8080 --pid 4242 --behind-proxy': 'test/e2e/namespaces',
};
