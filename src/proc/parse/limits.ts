/** Soft limits of /proc/PID/limits; undefined is "unlimited". */
export interface ProcessLimits {
  readonly openFiles: number | undefined;
  readonly processes: number | undefined;
}

export function parseLimits(text: string): ProcessLimits {
  const soft = (name: string) => {
    const value = new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(text)?.[1];
    return value === undefined || value === 'unlimited' ? undefined : Number(value);
  };
  return { openFiles: soft('Max open files'), processes: soft('Max processes') };
}
