import type { Parameters } from 'fast-check';

const isFull = process.env['TENON_TEST_FULL'] === '1';
const seed = process.env['TENON_TEST_SEED'];

/** fast-check's parameters for this run: 500 cases, 10 000 in the full one, from the run's seed. It prints the seed when a property fails. */
export function propertyRun<T = unknown>(): Parameters<T> {
  return { numRuns: isFull ? 10_000 : 500, ...(seed !== undefined && { seed: Number(seed) }) };
}

/** Mocha's limit for a test that runs one property. */
export const propertyTimeoutMs = isFull ? 300_000 : 20_000;
