/** Whose connections are looked at: those of our own cycles, by their local ports, or those of everybody. */
export interface Clients {
  readonly connectionOf: (port: number) => number | undefined;
  readonly areAll?: boolean;
}

/** Where others make the connections, each is known by the port of its client alone. */
export const EVERYBODY: Clients = { connectionOf: port => port, areAll: true };
