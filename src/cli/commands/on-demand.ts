export { runRemote } from '../../remote.js';
export { runStarted } from '../../run-started.js';
export { findElsewhere } from '../../target/find-elsewhere.js';
export { runThorough } from '../../thorough.js';
/** Every command but `run`: most of a short run is start-up. */
export { clientsCommand } from './clients.js';
export { compareCommand } from './compare.js';
export { completionCommand, manualCommand } from './completion.js';
export { demoCommand } from './demo.js';
export { runElsewhere } from './elsewhere.js';
export { explainCommand } from './explain.js';
export { inspectCommand } from './inspect.js';
export { renderCommand } from './render.js';
export { watchCommand } from './watch.js';
