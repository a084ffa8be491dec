/**
 * `T` of a report before it is one: what was not measured, or is not there, is undefined until then, as everywhere else. A
 * report is JSON, which has no undefined, and readers are promised the field: there it is null.
 */
export type Measured<T> = T extends null
  ? null | undefined
  : T extends object
    ? { readonly [K in keyof T]: Measured<T[K]> }
    : T;

/** The one place where undefined becomes null. A field that is absent stays absent: not every report has it. */
export function withNulls<T>(value: Measured<T>): T {
  return filled(value) as T;
}

function filled(value: unknown): unknown {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, filled(field)]));
}
