/** The time of a job: over when the run is cancelled or the job has taken too long. */
export interface JobTime {
  limit: AbortSignal;
  /** Starts the little time that there is for cleaning up after the limit. */
  cleanUp(): AbortSignal;
}

/** How long steps that ask for `always()` may take after a job has run out of time. */
const CLEAN_UP_MS = 10_000;

/** Does the work and leaves no timer behind. */
export async function withTimeLimit<T>(
  timeLimitMs: number,
  cancelled: AbortSignal,
  work: (time: JobTime) => Promise<T>,
): Promise<T> {
  const timers: NodeJS.Timeout[] = [];
  const after = (timeMs: number): AbortSignal => {
    const end = new AbortController();
    timers.push(setTimeout(() => end.abort(), timeMs));
    return AbortSignal.any([end.signal, cancelled]);
  };
  try {
    return await work({ limit: after(timeLimitMs), cleanUp: () => after(CLEAN_UP_MS) });
  } finally {
    timers.forEach((timer) => clearTimeout(timer));
  }
}
