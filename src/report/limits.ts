import { plural } from '../units.js';
import type { Limit } from '../verdict/limit.js';
import type { Spoken } from '../verdict/spoken.js';

/** What the proof is of, and what it does not say: a few words for each. */
export function limitWords(limit: Limit, address: string): string {
  switch (limit.limit) {
    case 'asked':
      return `asked: ${askedWords(limit)}`;
    case 'spoken':
      return `it speaks ${limit.what}: ${HOW_TO_ASK[limit.what](address)}`;
    case 'memory':
      return 'memory not decided';
    case 'idle':
      return 'nothing was idle';
  }
}

function askedWords({ clients, isRequest, routes }: Extract<Limit, { limit: 'asked' }>): string {
  const who = clients.join(', ');
  const [first] = routes;
  if (!isRequest) return `${who}, no request sent`;
  if (first === undefined) return `${who}, a request`;
  return routes.length <= MAX_ROUTES
    ? routes.join(', ')
    : `${first} and ${plural(routes.length - 1, 'other route')}`;
}

const MAX_ROUTES = 3;

/** The command that asks for something in that language. */
const HOW_TO_ASK: Readonly<Record<Spoken, (address: string) => string>> = {
  HTTP: address => `churn ${url('http', address)}/`,
  TLS: address => `churn ${url('https', address)}/, or --client tls`,
  redis: address => `churn ${url('redis', address)}`,
  SMTP: address => `churn ${url('smtp', address)}`,
  PostgreSQL: () => 'churn watch -- and a client of it',
  MySQL: () => 'churn watch -- and a client of it',
};

function url(scheme: string, address: string): string {
  return address.startsWith('unix:') ? `${address} --client reply` : `${scheme}://${address}`;
}
