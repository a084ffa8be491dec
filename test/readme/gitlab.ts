import { parse } from 'yaml';

/** Keywords that our example may use, out of GitLab's reference of .gitlab-ci.yml, and what each of them takes. */
const JOB: Readonly<Record<string, (value: unknown) => boolean>> = {
  image: isText,
  script: isLines,
  artifacts: value => faultsOf(value, ARTIFACTS).length === 0,
};
const ARTIFACTS: typeof JOB = {
  when: value => ['on_success', 'on_failure', 'always'].includes(String(value)),
  paths: isLines,
  reports: value => faultsOf(value, { junit: isText }).length === 0,
};

/** What is wrong with a pipeline: jobs with other keywords or values, and kept files that no line of a script writes. */
export function gitlabFaults(text: string): string[] {
  const jobs: Record<string, unknown> = parse(text);
  return Object.entries(jobs).flatMap(([name, job]) => {
    const faults = faultsOf(job, JOB).map(fault => `${name}: ${fault}`);
    if (faults.length > 0) return faults;
    const { script, artifacts } = job as Job;
    if (!script) return [`${name}: script is missing`];
    return [...(artifacts?.paths ?? []), artifacts?.reports?.junit ?? '']
      .filter(file => !script.some(line => line.includes(file)))
      .map(file => `${name}: nothing writes ${file}`);
  });
}

interface Job {
  readonly script?: readonly string[];
  readonly artifacts?: { readonly paths?: readonly string[]; readonly reports?: { readonly junit?: string } };
}

function faultsOf(value: unknown, known: typeof JOB): string[] {
  if (typeof value !== 'object' || value === null) return [`${value} has no keywords`];
  return Object.entries(value).flatMap(([key, part]) => {
    const accepts = known[key];
    if (!accepts) return [`${key} is no keyword`];
    return accepts(part) ? [] : [`${key} cannot be ${JSON.stringify(part)}`];
  });
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isLines(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}
