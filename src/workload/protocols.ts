import type { Expectation } from './script.js';

/** A ready request, and what a server of that protocol answers to it at least. */
export interface ProtocolScript {
  readonly request: string;
  readonly expect: Expectation;
  /** The server speaks first. */
  readonly greets: boolean;
}

export const PROTOCOL_NAMES = ['http', 'redis', 'smtp', 'echo'] as const;

export type ProtocolName = (typeof PROTOCOL_NAMES)[number];

/** Total. The client is the one who closes, so HTTP keeps the connection alive. */
export const PROTOCOLS: Readonly<Record<ProtocolName, ProtocolScript>> = {
  http: {
    request: 'GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: churn\r\nAccept: */*\r\n\r\n',
    expect: /^HTTP\/1\.[01] [1-5]\d\d/,
    greets: false,
  },
  redis: {
    // NOAUTH is an answer too.
    request: '*1\r\n$4\r\nPING\r\n',
    expect: /^(\+PONG|-[A-Z]+)/,
    greets: false,
  },
  smtp: {
    request: 'EHLO localhost\r\n',
    expect: /^[245]\d\d[ -]/,
    greets: true,
  },
  echo: {
    request: 'churn says hello\n',
    expect: 'churn says hello\n',
    greets: false,
  },
};
