/** The steps of `pools.http.leased`, `pools[0].leased`; undefined when it is no such path. */
export function parseJsonPath(text: string): (string | number)[] | undefined {
  const path = text.replace(/^\$\.?/, '');
  const steps: (string | number)[] = [];
  const rest = path.replace(STEP, (_, name: string | undefined, index: string | undefined) => {
    steps.push(name ?? Number(index));
    return '';
  });
  return rest === '' && steps.length > 0 ? steps : undefined;
}

/** What stands there; undefined when nothing does. */
export function atJsonPath(document: unknown, steps: ReadonlyArray<string | number>): unknown {
  let found = document;
  for (const step of steps) {
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}

const STEP = /(?:^|\.)([^.[\]]+)|\[(\d+)\]/gy;
