import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

// The package.json of artillery-engine-churn: what it has in common with churn stands in one place only. Artillery finds it
// with require.resolve(), so it is CommonJS with a condition that is always met.
const { version, license, engines, dependencies, repository, homepage, bugs } = JSON.parse(readFileSync('package.json', 'utf8'));
const folder = 'dist/artillery-engine-churn';
const own = {
  name: 'artillery-engine-churn',
  version,
  description: 'The clients of churn as a load of Artillery: connections that are opened, and closed or reset',
  license,
  main: './index.js',
  exports: { '.': { default: './index.js' }, './package.json': './package.json' },
  files: ['index.js', 'LICENSE'],
  ...{ engines, repository, homepage, bugs },
  keywords: ['artillery', 'engine', 'tcp', 'socket', 'connection', 'load test'],
  dependencies: { ws: dependencies.ws },
};
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/package.json`, `${JSON.stringify(own, null, 2)}\n`);
