export { ChurnError, type ErrorCode } from './errors.js';
export type { Progress } from './gather/timeline.js';
export type {
  Following,
  ListeningServer,
  ReloadSignal,
  RunOptions,
  Time,
  WatchOptions,
} from './library/options.js';
export { compare, parseReport, render, renderComparison } from './library/render.js';
export { inspect, run, thorough, watch } from './library/run.js';
export type { Comparison } from './report/compare/comparison.js';
export type { InspectedProcess, Inspection } from './report/inspection.js';
export type { ReporterName } from './report/registry.js';
export type * from './report/report.js';
export { type PoolGauge, serveInTest, type TestServer } from './serve/in-test.js';
