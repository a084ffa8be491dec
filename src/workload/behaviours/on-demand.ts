/** The clients that speak TLS: node:tls costs a plain run more than all else that it loads. */
export { tlsOf } from './tls.js';
export { tlsAbortOf } from './tls-abort.js';
export { tlsRstOf } from './tls-rst.js';
