export { ChurnError, type ErrorCode } from './errors.js';
export type { InspectedProcess, Inspection } from './report/inspection.js';
export type { Report } from './report/report.js';
export { type PoolGauge, serveInTest, type TestServer } from './serve-in-test.js';
