export type Sanitizer = 'address' | 'hwaddress' | 'leak' | 'thread' | 'memory' | 'undefined';

/** How valgrind was called. */
export interface ValgrindOptions {
  readonly tool: string;
  readonly isQuiet: boolean;
  readonly isXml: boolean;
  readonly leakCheck: 'no' | 'summary' | 'full';
  readonly errorExitCode: number;
  /** It sends its report to somebody over the network. */
  readonly toSocket: boolean;
}

/** A process of the server that is watched by a checker of its own. */
export interface CheckedProcess {
  /** As it knows itself: in its own namespace. */
  readonly pid: number;
  /** The one whose exit status is known. */
  readonly isFirst: boolean;
  readonly sanitizers: readonly Sanitizer[];
  readonly valgrind: ValgrindOptions | undefined;
  /** It lived until it was stopped; otherwise its end is no matter of the stop. */
  readonly wasStopped: boolean;
  /** What its options say of the leak check, and the status that they name for its reports. */
  readonly leaksSwitchedOff: boolean;
  readonly reportStatus: number | undefined;
  /** Nothing that it writes can be read: its stderr leads elsewhere. */
  readonly isMute: boolean;
}
