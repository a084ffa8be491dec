import { parseAddress, type RawOptions } from '../../options/run.js';
import { requireProc } from '../../proc/host.js';
import { renderInspection, renderInspectionJson } from '../../report/inspection.js';
import { inspect } from '../../session/inspect.js';
import type { Io } from '../io.js';

/** `churn inspect`: looks, makes no connection, judges nothing. */
export async function inspectCommand(io: Io, raw: RawOptions & { readonly json?: boolean }): Promise<number> {
  const address = parseAddress(raw);
  requireProc();
  const inspection = await inspect(address);
  io.stdout.write(raw.json ? renderInspectionJson(inspection) : renderInspection(inspection));
  return 0;
}
