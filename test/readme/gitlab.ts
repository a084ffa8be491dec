import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

/** GitLab's own schema of .gitlab-ci.yml, as a tool that runs pipelines brings it. It has formats and keywords of editors. */
const SCHEMA = fileURLToPath(import.meta.resolve('gitlab-ci-local/src/schema/schema.json'));
const fits = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
  JSON.parse(readFileSync(SCHEMA, 'utf8')),
);

/** What is wrong with a pipeline: what GitLab would not take, and kept files that no line of a script writes. */
export function gitlabFaults(text: string): string[] {
  const pipeline: Record<string, Job> = parse(text);
  if (!fits(pipeline)) {
    return (fits.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }
  return Object.entries(pipeline).flatMap(([name, { script, artifacts }]) =>
    [...(artifacts?.paths ?? []), artifacts?.reports?.junit ?? '']
      .filter(file => !script?.some(line => line.includes(file)))
      .map(file => `${name}: nothing writes ${file}`),
  );
}

interface Job {
  readonly script?: readonly string[];
  readonly artifacts?: { readonly paths?: readonly string[]; readonly reports?: { readonly junit?: string } };
}
