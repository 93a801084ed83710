/** So many requests in a window of so many seconds. */
export interface RateLimit {
  readonly points: number;
  readonly seconds: number;
}

/**
 * What an endpoint counts as. Those before sign-in count per e-mail and per address, all others per organisation and actor.
 * `init`, `run` and `submit` are contracts/hiring.md section 4; `poll` lets a client ask every 1.5 s, in two windows at once.
 */
export const rateLimitClasses = {
  read: { points: 600, seconds: 60 },
  write: { points: 120, seconds: 60 },
  poll: { points: 120, seconds: 60 },
  init: { points: 20, seconds: 30 },
  run: { points: 20, seconds: 30 },
  submit: { points: 10, seconds: 30 },
  export: { points: 10, seconds: 60 },
  open: { points: 300, seconds: 60 },
  sign_in: { points: 60, seconds: 60 },
  register: { points: 10, seconds: 60 },
  mail: { points: 5, seconds: 300 },
} as const satisfies Readonly<Record<string, RateLimit>>;

export type RateLimitClass = keyof typeof rateLimitClasses;
export type RateLimits = Readonly<Record<RateLimitClass, RateLimit>>;
