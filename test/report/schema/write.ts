import { writeFileSync } from 'node:fs';
import { schemaFromTypes } from './from-types.js';

/** `npm run schema`: writes the schema that is published, from the types of a report. */
writeFileSync(
  new URL('../../../../src/report/report.schema.json', import.meta.url),
  `${JSON.stringify(schemaFromTypes(), null, 2)}\n`,
);
