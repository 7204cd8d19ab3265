/**
 * Runs `work` over all items, `width` at a time, and gives the results in order. The first failure stops the others
 * through their signal, and is thrown when all have stopped: nobody writes any more.
 */
export async function eachOf<T, R>(
  items: readonly T[],
  width: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const stop = new AbortController();
  const results: R[] = [];
  let first: { error: unknown } | undefined;
  let next = 0;
  const worker = async () => {
    while (next < items.length && !first && !signal.aborted) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, AbortSignal.any([signal, stop.signal]));
      } catch (error) {
        first ??= { error };
        stop.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (first) throw first.error;
  signal.throwIfAborted();
  return results;
}
