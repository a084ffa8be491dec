/** What the types cannot say of what they describe, by the name of the type. */
export const ADDITIONS = {
  Report: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:churn:report:1',
    title: 'Report of churn',
    description:
      'What `churn --json` prints. Fields are added, never renamed: readers ignore those they do not know.',
    allOf: [
      {
        if: { properties: { verdict: { const: 'error' } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: {
          required: ['error'],
          properties: { target: false, cycles: false, before: false, after: false },
        },
        else: {
          required: ['target'],
          anyOf: [{ required: ['cycles'] }, { required: ['serve'] }],
          properties: { error: false },
        },
      },
      {
        if: { properties: { clean: { const: true } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { properties: { verdict: { const: 'pass' }, interrupted: { const: false } } },
      },
    ],
  },
  Inspection: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:churn:inspection:1',
    title: 'Inspection by churn',
    description:
      'What `churn inspect --json` prints; where nothing could be inspected, it is a report with the verdict "error". Fields are added, never renamed: readers ignore those they do not know.',
  },
  /** Also of what later versions add. */
  Cells: { additionalProperties: { $ref: '#/$defs/CellText' } },
  PerClient: { additionalProperties: { type: ['number', 'null'] } },
} as const;
