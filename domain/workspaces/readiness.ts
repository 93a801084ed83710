/** From the moment that GitHub is asked to copy a template until the repository can be worked in: usually that long. */
const USUAL_MS = 5_000;

/**
 * Seconds after which it is worth asking again for a repository: once its turn to be made has come and it has been made. While it is
 * being made, in the making for `ageMs`, about half as long again, 2 to 30.
 */
export function readinessEstimateSeconds(ageMs: number, turnWaitMs: number): number {
  if (turnWaitMs > 0) return Math.ceil((turnWaitMs + USUAL_MS) / 1_000);
  return Math.min(Math.max(Math.ceil(ageMs / 2_000), 2), 30);
}
