/** How a request may be treated, each with a line for the help. */
export const ANSWER_MANNERS = {
  ok: 'answers at once',
  delay: 'answers after --delay',
  'slow-body': 'sends its answer in ten pieces, over --delay',
  'slow-close': 'answers, says that it will close, and does so after --delay',
  reset: 'RST in the middle of the answer',
  'reset-before': 'RST instead of an answer',
  'reset-after': 'RST after the whole answer',
  close: 'FIN instead of an answer',
  'half-close': 'FIN after the whole answer; goes on reading',
  silent: 'reads the request, and says nothing',
  status: 'answers with --status',
  redirect: 'sends the client on to another path, without end',
} as const;

export type AnswerManner = keyof typeof ANSWER_MANNERS;

/** What holds for the whole server, beside the way in which it answers. */
const SERVER_MANNERS = {
  'keep-alive-off': 'closes after every answer, and says so',
  refuse: 'the port is closed for --delay after every tenth connection',
  tls: 'speaks TLS with a certificate that has expired, is nobody’s, and signed by itself',
  flaky: 'mostly ok; else status, delay, slow-body, close, reset, reset-before or reset-after (--seed)',
} as const;

export type ServerManner = keyof typeof SERVER_MANNERS;
export type MannerName = AnswerManner | ServerManner;

export const MANNER_NAMES = [
  ...Object.keys(ANSWER_MANNERS),
  ...Object.keys(SERVER_MANNERS),
] as readonly MannerName[];

/** The draw of `flaky`: four answers out of ten are not as they should be. */
export const FLAKY_MIX: readonly AnswerManner[] = [
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'ok',
  'status',
  'delay',
  'slow-body',
  'close',
  'reset',
  'reset-before',
  'reset-after',
];
