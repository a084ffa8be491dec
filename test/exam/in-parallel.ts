/** Acts on all of them in order, so many at a time, until a signal says that it is enough. */
export async function inParallel<T>(
  all: readonly T[],
  most: number,
  signal: AbortSignal,
  act: (one: T) => Promise<void>,
): Promise<void> {
  const waiting = [...all];
  const worker = async () => {
    for (let one = waiting.shift(); one !== undefined && !signal.aborted; one = waiting.shift())
      await act(one);
  };
  await Promise.all(Array.from({ length: most }, worker));
}
