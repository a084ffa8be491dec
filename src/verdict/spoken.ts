import type { Evidence } from './evidence.js';

export const SPOKEN = ['HTTP', 'TLS', 'redis', 'SMTP', 'PostgreSQL', 'MySQL'] as const;

export type Spoken = (typeof SPOKEN)[number];

/**
 * What a server was heard to speak, by the first words that it said of itself or in answer to half a request, or by the
 * name of its program. No connection is made for that, so a server of HTTP that was only connected to stays unknown.
 */
export function spokenBy({ warmup, cycles, confirm, program = '' }: Evidence): Spoken | undefined {
  const heard = [warmup, cycles, confirm].flatMap(tally => tally.heard ?? [])[0];
  return heard === undefined
    ? SPOKEN.find(name => PROGRAMS[name].test(program))
    : SPOKEN.find(name => WORDS[name].test(heard));
}

/** Bytes as Latin-1. */
const WORDS: Readonly<Record<Spoken, RegExp>> = {
  HTTP: /^HTTP\/\d/,
  // An alert or a handshake of TLS 1.x.
  TLS: /^[\x15\x16]\x03[\x00-\x04]/,
  redis: /^(-(ERR|NOAUTH|DENIED|LOADING)\b|\+PONG)/,
  SMTP: /^(220|421|554)[ -].*\b(E?SMTP|LMTP|Postfix|Exim|mail)\b/i,
  // ErrorResponse with its severity.
  PostgreSQL: /^E[\s\S]{4}S(FATAL|ERROR)\0/,
  // The greeting of protocol 10, or "Host … is not allowed".
  MySQL: /^[\s\S]{3}\0(\x0a\d+\.\d+|\xff[\s\S]{2})/,
};

const PROGRAMS: Readonly<Record<Spoken, RegExp>> = {
  HTTP: /^(nginx|apache2|httpd|lighttpd|caddy|haproxy|varnishd|gunicorn|uvicorn|puma|php-fpm)\b/,
  TLS: /^stunnel/,
  redis: /^(redis|valkey)-server/,
  SMTP: /^(smtpd|exim4?|postfix)$/,
  PostgreSQL: /^(postgres|postmaster)$/,
  MySQL: /^(mysqld|mariadbd)$/,
};
