import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { ADDITIONS } from './additions.js';

/** As much of a schema as is looked at here. */
interface Schema {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema | readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
}

type Definitions = Readonly<Record<string, Schema>>;

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** What `--json` prints, by its type, and the file of that. */
const SOURCES = { Report: 'report.ts', Inspection: 'inspection.ts' } as const;

/**
 * The schema of a report, or of an inspection, from its types: their doc comments are the descriptions, and tags in them say what a type
 * cannot (`@minimum`, `@minLength`, `@pattern`, `@asType integer`). Two tags are of our own: a field that is `@optional` is
 * always written now but was not by former versions, and one that is `@open` may have other values in later versions.
 */
export function schemaFromTypes(of: keyof typeof SOURCES = 'Report'): Schema {
  const generated: object = createGenerator({
    path: `${ROOT}src/report/${SOURCES[of]}`,
    tsconfig: `${ROOT}tsconfig.json`,
    type: of,
    topRef: false,
    // Fields are added without a new version of the schema, so readers let through what they do not know.
    additionalProperties: true,
    extraTags: ['optional', 'open'],
    sortProps: false,
    // The compiler does that.
    skipTypeCheck: true,
  }).createSchema(of);
  const { definitions, ...whole } = generated as Schema & { readonly definitions: Definitions };
  const { Report, Inspection, ...added } = ADDITIONS;
  const root = { Report, Inspection }[of];
  const $defs = mapValues(definitions, (schema, name) => ({
    ...translated(schema, definitions),
    ...(name in added && added[name as keyof typeof added]),
  }));
  return withoutUnused({ ...root, ...translated(whole, definitions), ...root, $defs });
}

/** From draft 7, which the generator writes, to 2020-12. */
function translated(schema: Schema, definitions: Definitions): Schema {
  const inner = (part: Schema) => translated(part, definitions);
  const { description, type, items, anyOf, required, properties, additionalProperties, ...rest } = joined(
    schema,
    definitions,
  );
  // `title` is the name of a place in a tuple.
  const { $ref, optional, open, title, ...constraints } = rest;
  const told = description === undefined ? {} : { description };
  if (open !== undefined) return { ...told, type: 'string' };
  const needed = required?.filter(name => properties?.[name]?.['optional'] === undefined);
  return {
    ...told,
    ...(type && { type }),
    ...constraints,
    ...($ref && { $ref: `#/$defs/${nameIn($ref)}` }),
    // Who reads a report tells the last complaint, which is to be about what is there, and not that it is not null.
    ...(anyOf && {
      anyOf: anyOf.map(inner).sort((one, other) => Number(isNull(other)) - Number(isNull(one))),
    }),
    ...(needed && { required: needed }),
    ...(properties && { properties: mapValues(properties, inner) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: inner(additionalProperties) }),
    ...(isTuple(items) ? { prefixItems: items.map(inner) } : items && { items: inner(items) }),
  };
}

/**
 * "A number or null" becomes one schema with two types, and "a word of this list or of that" one with one list: what is
 * wrong is then told in one sentence, where `anyOf` makes one for each alternative.
 */
function joined(schema: Schema, definitions: Definitions): Schema {
  const { anyOf, ...around } = schema;
  const parts = anyOf?.map(part => scalarOf(part, definitions)) ?? [];
  const lists = parts.map(part => (part && isNull(part) ? [null] : part?.enum));
  if (anyOf && lists.every(list => list !== undefined))
    return { ...around, enum: [...new Set(lists.flat())] };
  const [first, second] = parts;
  if (parts.length !== 2 || typeof first?.type !== 'string' || !second || !isNull(second)) return schema;
  return { ...first, ...around, type: [first.type, 'null'] };
}

/** What it comes to, unless that is an object or a list. */
function scalarOf(part: Schema, definitions: Definitions): Schema | undefined {
  const schema = part.$ref ? (definitions[nameIn(part.$ref)] ?? {}) : part;
  const { description, ...scalar } = joined(schema, definitions);
  return scalar.enum || (typeof scalar.type === 'string' && !['object', 'array'].includes(scalar.type))
    ? scalar
    : undefined;
}

function isNull({ type }: Schema): boolean {
  return type === 'null';
}

function nameIn($ref: string): string {
  return decodeURIComponent($ref.slice('#/definitions/'.length));
}

function isTuple(items: Schema['items']): items is readonly Schema[] {
  return Array.isArray(items);
}

function mapValues<Of, To>(
  values: Readonly<Record<string, Of>>,
  map: (value: Of, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value, name)]));
}

/** What was joined is not referred to any more. */
function withoutUnused(schema: Schema & { readonly $defs: Definitions }): Schema {
  const text = JSON.stringify(schema);
  const used = Object.entries(schema.$defs).filter(([name]) => text.includes(`"#/$defs/${name}"`));
  return { ...schema, $defs: Object.fromEntries(used) };
}
