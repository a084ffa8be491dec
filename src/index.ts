export { ChurnError, type ErrorCode } from './errors.js';
export { type Inspection, type InspectedProcess } from './report/inspection.js';
export type { Report } from './report/report.js';
