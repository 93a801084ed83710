/** Stub activities of test runs that say when a run's first one was reached. */
export interface FirstActivities {
  readonly activities: object;
  /** When (`performance.now()`) that run's first activity ran; ask before the run starts. */
  of(runId: string): Promise<number>;
}

/** Runs nobody asks about run all the same. */
export function firstActivities(): FirstActivities {
  const waiting = new Map<string, (at: number) => void>();
  return {
    activities: {
      dispatchRun: async ({ runId }: { readonly runId: string }) => {
        waiting.get(runId)?.(performance.now());
        waiting.delete(runId);
        return { githubRunId: runId };
      },
      collectAndStore: async () => ({ status: 'passed' }),
    },
    of: (runId) =>
      new Promise((resolve) => {
        waiting.set(runId, resolve);
      }),
  };
}
