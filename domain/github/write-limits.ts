/** At most `most` content writes (POST, PUT, PATCH, DELETE) within any `spanMs`. */
export interface WriteWindow {
  readonly most: number;
  readonly spanMs: number;
}

/** What a GitHub allows one installation to write. */
export interface WriteLimits {
  readonly windows: readonly WriteWindow[];
  /** Between the beginnings of two writes. */
  readonly spacingMs: number;
}

/**
 * GitHub's documentation, "Rate limits for the REST API": 80 content-generating requests a minute and 500 an hour; "Best practices
 * for using the REST API": a second between two writes.
 */
export const githubDotCom: WriteLimits = {
  windows: [
    { most: 80, spanMs: 60_000 },
    { most: 500, spanMs: 3_600_000 },
  ],
  spacingMs: 1_000,
};

/** An Enterprise server has no such limits unless its administrator sets some. */
export const unlimited: WriteLimits = { windows: [], spacingMs: 0 };

/** Whose writes count together, and against what. */
export interface GithubBudget {
  /** Names the installation (or the account of the plain token) whose limits these are. */
  readonly installation: string;
  readonly limits: WriteLimits;
}

/** The budget of the plain token, which is the same for all organisations. */
export const PLAIN_TOKEN = 'token';

/** Most urgent first: a candidate waits; made ahead of its need; tidied up when there is time. */
export const turnPriorities = ['candidate', 'background', 'cleanup'] as const;
export type TurnPriority = (typeof turnPriorities)[number];

/** Of each window: what can wait leaves room, so that a flood of invites does not keep candidates from running tests for an hour. */
const SHARES: Readonly<Record<TurnPriority, number>> = { candidate: 1, background: 0.8, cleanup: 0.5 };

/** How many writes a priority may find in a window and still add one. */
export function mostOf({ most }: WriteWindow, priority: TurnPriority): number {
  return Math.max(1, Math.floor(most * SHARES[priority]));
}

/** How long a write is of interest to any window. */
export function longestSpanMs({ windows, spacingMs }: WriteLimits): number {
  return Math.max(spacingMs, ...windows.map(({ spanMs }) => spanMs));
}
