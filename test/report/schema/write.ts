import { writeFileSync } from 'node:fs';
import { schemaFromTypes } from './from-types.js';

/** `npm run schema`: writes the schemas that are published, from the types of what is printed. */
for (const [file, of] of [
  ['report', 'Report'],
  ['inspection', 'Inspection'],
] as const) {
  writeFileSync(
    new URL(`../../../../src/report/${file}.schema.json`, import.meta.url),
    `${JSON.stringify(schemaFromTypes(of), null, 2)}\n`,
  );
}
