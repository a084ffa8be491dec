/** Something that happens once, and that others wait for. */
export interface Moment {
  readonly passed: Promise<void>;
  readonly pass: () => void;
  readonly isPast: () => boolean;
}

export function moment(): Moment {
  let isPast = false;
  let pass = () => {};
  const passed = new Promise<void>(resolve => {
    pass = () => {
      isPast = true;
      resolve();
    };
  });
  return { passed, pass: () => pass(), isPast: () => isPast };
}
