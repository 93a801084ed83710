/** One of the things that are compared. */
export interface Side<T> {
  readonly name: string;
  readonly run: (round: number) => Promise<T>;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * A B B A A B B A …: whatever else the machine does meanwhile meets every side alike, and none always comes second.
 * The first `warmUp` rounds are thrown away. Stops early, with what it has, after `limitMs`.
 */
export async function interleave<T>(
  sides: readonly Side<T>[],
  { rounds, warmUp, limitMs }: { readonly rounds: number; readonly warmUp: number; readonly limitMs: number },
): Promise<Map<string, T[]>> {
  const samples = new Map<string, T[]>(sides.map(({ name }) => [name, []]));
  const end = performance.now() + limitMs;
  for (let round = -warmUp; round < rounds && performance.now() < end; round += 1) {
    for (const { name, run } of round % 2 === 0 ? sides : sides.toReversed()) {
      const sample = await run(round);
      if (round >= 0) samples.get(name)?.push(sample);
    }
  }
  return samples;
}

/** `count` times `work`, `atOnce` of them at a time. */
export async function concurrently(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
}
