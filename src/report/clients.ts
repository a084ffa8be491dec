import { type BehaviourFacts, CLIENT_NAMES, type ClientName, FACTS } from '../workload/client-names.js';
import { wrap } from './wrap.js';

/** What `churn clients` prints: each behaviour with one line, what it needs, and its packets. */
export function renderClients(columns: number): string {
  const lines = [
    ...wrap(
      'churn --client NAME, or several in random order: --client fin,rst,half. In the drawings the client is on the left; SYN and ACK are left out.',
      columns,
      0,
    ),
    ...CLIENT_NAMES.flatMap(name => ['', ...clientLines(name, columns)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one JSON object. */
export function renderClientsJson(): string {
  const clients = CLIENT_NAMES.map(name => {
    const { summary, request, waitsFor, tls, ends, packets } = FACTS[name];
    return { name, summary, request, waitsFor, tls, ends, packets, drawing: drawPackets(packets) };
  });
  return `${JSON.stringify({ clients }, null, 2)}\n`;
}

/** One line per packet, none wider than 60 columns. */
export function drawPackets(packets: BehaviourFacts['packets']): string[] {
  return packets.map(packet => {
    const isFromClient = packet.startsWith('> ');
    const text = ` ${packet.slice(2)} `;
    // A pause is no packet.
    if (text.startsWith(' (')) return `|${text.padEnd(ARROW)}|`;
    const line = '-'.repeat(Math.max(2, ARROW - 1 - text.length));
    return isFromClient ? `|-${text}${line.slice(2)}> |` : `| <${line.slice(2)}${text}-|`;
  });
}

function clientLines(name: ClientName, columns: number): string[] {
  const facts = FACTS[name];
  return [
    ...wrap(`${name.padEnd(NAME)}${facts.summary}${needs(facts)}`, columns, NAME),
    ...drawPackets(facts.packets).map(line => `${' '.repeat(NAME)}${line}`),
  ];
}

function needs({ request, waitsFor, tls }: BehaviourFacts): string {
  const words = [
    ...(request === 'none' ? [] : [request === 'may' ? 'takes --send' : '--send says what']),
    ...(waitsFor === 'answer' ? ['--expect says what to hear'] : []),
    ...(tls ? ['needs a server of TLS'] : []),
  ];
  return words.length > 0 ? ` (${words.join('; ')})` : '';
}

const NAME = 13;
const ARROW = 38;
