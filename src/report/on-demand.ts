/** What a plain run does not load: many small files cost more at start than their code does. */
export { renderGithub } from './github.js';
export { renderHtml } from './html.js';
export { renderJunit } from './junit.js';
export { renderMarkdown } from './markdown.js';
export { drawReasoning } from './reasoning.js';
export { renderSvg } from './svg.js';
export { renderTap } from './tap.js';
