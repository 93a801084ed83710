/** A plan that has found something, with what it was. `npm run test:full` plays them all. */
export interface Regression {
  readonly what: string;
  /** Of the workload. */
  readonly seed: number;
  /** As a failing run prints it, with semicolons for new lines. */
  readonly plan: string;
}

/** What named points have found needs no place here: `npm run test:full` strikes at all of them, each time. */
export const regressions: readonly Regression[] = [];
