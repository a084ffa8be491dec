import type { Command } from 'commander';
import { PROTOCOL_NAMES } from '../workload/protocols.js';

/** Options that say what the clients send and want to hear. */
export function addTalkOptions(command: Command): Command {
  return command
    .optionsGroup('What is said:')
    .option('--send <data>', 'request: text with \\r \\n \\xNN, hex:…, or @file')
    .option('--expect <text>', 'what the answer has to contain, or a /pattern/')
    .option('--protocol <name>', `a ready request: ${PROTOCOL_NAMES.join(', ')}`)
    .option('--tls', 'the same as --client tls')
    .option('--sni <name>', 'server name to ask for in TLS')
    .option('--alpn <names>', 'protocols to offer in TLS, separated by commas')
    .option('--ca <file>', 'certificates to trust (PEM)')
    .option('--insecure', 'trust any certificate');
}
