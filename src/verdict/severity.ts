/** A fault of the server, or something that its owner should look at. */
export type Severity = 'fail' | 'warn';
