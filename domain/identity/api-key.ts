const DAY_MS = 86_400_000;

/** How every key begins, so that people and secret scanners know one when they see it. */
export const API_KEY_PREFIX = 'tnk_';

export const apiKeyLifeDays = { usual: 90, longest: 366 } as const;

export function apiKeyEnd(now: Date, days: number): Date {
  return new Date(now.getTime() + days * DAY_MS);
}
