/** Where the server is to listen; neither: wherever it does. */
export interface Wanted {
  readonly port: number | undefined;
  readonly unix: string | undefined;
}
