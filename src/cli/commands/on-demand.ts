export { findElsewhere } from '../../target/elsewhere.js';
export { demoCommand } from './demo.js';
export { runElsewhere } from './elsewhere.js';
export { inspectCommand } from './inspect.js';
/** Every command but `run`: most of a short run is start-up. */
export {
  clientsCommand,
  completionCommand,
  explainCommand,
  guideCommand,
  manualCommand,
} from './reference.js';
export { compareCommand, renderCommand } from './saved-reports.js';
export { watchCommand } from './watch.js';
