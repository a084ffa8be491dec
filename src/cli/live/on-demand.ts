/** Loaded when a run on a terminal has gone on for long enough to be watched. */
export { LiveView } from './view.js';
