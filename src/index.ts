export { ChurnError, type ErrorCode } from './errors.js';
export type { InspectedProcess, Inspection } from './report/inspection.js';
export type { Report } from './report/report.js';
