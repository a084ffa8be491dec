import { PROTOCOL_NAMES } from '../workload/script.js';
import {
  oneOf,
  SWITCH,
  type Table,
  text,
  textFrom,
  textOrBytes,
  textOrFile,
  texts,
  whole,
} from './option.js';

/** What the clients send and want to hear. Files have been read: `send` and `ca` are their contents. */
export const SAID = {
  /** A text with the escapes of `--send`, or bytes as they are. A program reads its files itself. */
  send: {
    value: textOrBytes('<data>'),
    help: 'request: text with \\r \\n \\xNN, hex:…, or @file',
    notWith: {
      protocol: [
        '--send and --protocol both say what is sent.',
        'Give one of them, and --expect if you like.',
      ],
    },
  },
  expect: {
    value: textFrom<string | RegExp>('<text>'),
    help: 'what the answer has to contain, or a /pattern/',
  },
  path: {
    value: texts<string | readonly string[]>('<path>'),
    help: 'ask for this path over HTTP, repeatable: several are asked for in turn',
    notWith: { send: sendSaysAll('path') },
  },
  method: {
    short: '-X',
    value: text('<method>'),
    help: 'method of the request (default: GET, or POST with --data)',
    notWith: { send: sendSaysAll('method') },
  },
  header: {
    value: texts<string | readonly string[]>('<line>'),
    help: "line of the request's head, repeatable; -H 'Name: value' too",
    notWith: { send: sendSaysAll('header') },
  },
  data: {
    short: '-d',
    value: textOrFile('<data>'),
    help: 'body of the request, or @file',
    notWith: { send: sendSaysAll('data') },
  },
  /** The text of the file. */
  routes: {
    value: text('<file>', 'file'),
    help: 'requests to be made in turn: a line for each ("POST /items {…}"), a HAR or an OpenAPI document',
    notWith: {
      path: ['--routes and --path both say what is asked for.', 'Put the path into the file.'],
      method: ['--routes says the method of each request.', 'Leave out --method.'],
      data: ['--routes says the body of each request.', 'Leave out --data.'],
      send: sendSaysAll('routes'),
    },
  },
  requests: {
    value: whole(1, 10_000, 3),
    default: 1,
    help: 'requests on each connection (keep-alive)',
    notWith: { send: sendSaysAll('requests') },
  },
  expectStatus: {
    value: text('<codes>'),
    help: 'statuses that are right: 200,404,5xx (default: 2xx,3xx)',
  },
  protocol: {
    value: oneOf(
      '<name>',
      PROTOCOL_NAMES,
      `one of ${PROTOCOL_NAMES.join(', ')}`,
      String.raw`For another one say what is to be sent: --send 'HELLO\r\n'`,
    ),
    help: `a ready request: ${PROTOCOL_NAMES.join(', ')}`,
  },
  tls: { value: SWITCH, help: 'the same as --client tls' },
  sni: { value: text('<name>'), help: 'server name to ask for in TLS' },
  alpn: {
    value: textFrom<string | readonly string[]>('<names>'),
    help: 'protocols to offer in TLS, separated by commas',
  },
  /** PEM text. */
  ca: {
    value: text('<file>', 'file'),
    help: 'certificates to trust (PEM)',
    notWith: { insecure: ['--ca says whom to trust, --insecure trusts everybody.', 'Give one of them.'] },
  },
  insecure: { value: SWITCH, help: 'trust any certificate' },
  /** PEM text, both. */
  cert: {
    value: text('<file>', 'file'),
    help: 'certificate of the client (PEM)',
    needs: { key: ['--cert needs the key that belongs to it.', 'Add --key FILE.'] },
  },
  key: {
    value: text('<file>', 'file'),
    help: 'its key (PEM)',
    needs: { cert: ['--key needs the certificate that it belongs to.', 'Add --cert FILE.'] },
  },
} as const satisfies Table;

/** A refusal of `--send`, for what would say a part of the request. */
function sendSaysAll(name: string) {
  return [
    `--send is the whole request, so there is nothing for --${name} to say.`,
    `Leave out --send: churn http://localhost:3000/ --${name} …`,
  ] as const;
}

/** Those that only clients have which speak TLS. */
export const OF_TLS = ['sni', 'alpn', 'ca', 'insecure', 'cert', 'key'] as const;
