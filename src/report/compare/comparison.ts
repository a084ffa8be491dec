import type { Severity } from '../../verdict/finding.js';
import type { AnyKind } from '../../verdict/kinds.js';
import type { Report } from '../report.js';

/** How something differs between two reports. `unknown`: the newer run could not tell. */
export type Change = 'new' | 'worse' | 'same' | 'better' | 'gone' | 'unknown';

export interface ComparedFinding {
  readonly kind: AnyKind;
  readonly change: Change;
  readonly old: ComparedSide | null;
  readonly new: ComparedSide | null;
  /** New growth per cycle over old; null where one side has none. */
  readonly ratio: number | null;
}

export interface ComparedSide {
  readonly severity: Severity;
  readonly count: number;
  readonly perCycle: number;
  readonly title: string;
}

/** A figure of both runs with its noise, each as half of a 95 % interval, and what the two say together. */
export interface ComparedFigure {
  readonly old: number | null;
  readonly new: number | null;
  readonly oldNoise: number | null;
  readonly newNoise: number | null;
  /** New over old; null where it cannot be said. */
  readonly ratio: number | null;
  readonly said: 'up' | 'down' | 'within-noise' | 'too-little-data';
}

/** Two reports beside each other: what `churn compare --json` prints. */
export interface Comparison {
  readonly schemaVersion: 1;
  readonly verdict: 'worse' | 'not-worse';
  readonly summary: string;
  readonly old: ComparedRun;
  readonly new: ComparedRun;
  readonly findings: readonly ComparedFinding[];
  readonly rate: ComparedFigure;
  readonly memory: ComparedFigure;
  readonly notes: readonly string[];
}

export type ComparedRun = Pick<Report, 'verdict' | 'interrupted'> & {
  readonly address: string;
  readonly cycles: number;
};
