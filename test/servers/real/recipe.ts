/** How to run a server that nobody here wrote, from a Debian package, in the foreground and with a configuration of our own. */
export interface RealServer {
  readonly name: string;
  /** The Debian package that brings the program. */
  readonly package: string;
  /** An absolute path, or a name to look up in PATH and the sbin folders. */
  readonly program: string;
  /** Writes what the server needs into the fresh `folder` and says how to start it on 127.0.0.1:`port`. */
  readonly prepare: (folder: string, port: number) => Promise<LaunchPlan>;
  /** Whether its package is too heavy for every run of CI: it is asked in the long form of the exam only. */
  readonly long?: boolean;
  /** What a judge of this server should know: caps, draining, children that come and go. */
  readonly notes?: string;
}

export interface LaunchPlan {
  readonly command: readonly string[];
  readonly env?: Record<string, string>;
  /** The user to become when we are root; ignored otherwise. */
  readonly asUser?: string;
}
