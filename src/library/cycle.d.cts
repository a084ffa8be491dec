import type { ClientName, CycleOutcome, CycleScript, ChurnError as Failure } from './cycle.js' with {
  'resolution-mode': 'import',
};

export type { ClientName, CycleOutcome, CycleScript };
export declare const CLIENT_NAMES: readonly ClientName[];
export declare const ChurnError: typeof Failure;
export declare function openCycle(
  destination: string,
  client: ClientName,
  script?: CycleScript,
): Promise<CycleOutcome>;
