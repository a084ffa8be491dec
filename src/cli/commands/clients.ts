import { renderClients, renderClientsJson } from '../../report/clients.js';
import type { Io } from '../io.js';
import { widthOf } from '../width.js';

/** `churn clients`: what each behaviour does, drawn. */
export function clientsCommand(io: Io, { json }: { readonly json?: boolean }): number {
  io.stdout.write(json ? renderClientsJson() : renderClients(widthOf(io)));
  return 0;
}
