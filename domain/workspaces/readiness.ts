/** Seconds after which it is worth asking again for a repository that has been in the making for `ageMs`: about half as long, 2 to 30. */
export function readinessEstimateSeconds(ageMs: number): number {
  return Math.min(Math.max(Math.ceil(ageMs / 2_000), 2), 30);
}
