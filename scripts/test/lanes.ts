import { join } from 'node:path';
import { startEphemeralPostgres } from '../../local/postgres/ephemeral.ts';
import { prepareTemplate } from '../../test/support/template-database.ts';

/**
 * Hands out jobs, in their order, to so many at a time. Each lane has a Postgres of its own: some tests look at what all
 * of a server's sessions do, or make databases and roles. A job's `env` says where it is.
 * @throws what the first lane that fails has thrown, when all have ended
 */
export async function inLanes<Job>(
  {
    jobs,
    lanes,
    dir,
    stop,
  }: { readonly jobs: Job[]; readonly lanes: number; readonly dir: string; readonly stop: AbortController },
  run: (job: Job, env: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const waiting = [...jobs];
  async function lane(number: number): Promise<void> {
    const postgres = await startEphemeralPostgres(join(dir, `postgres-${number}`));
    try {
      const env = await prepareTemplate(postgres.adminUrl);
      for (let job = next(); job !== undefined; job = next()) await run(job, env);
    } catch (error) {
      stop.abort(1); // the others shall not run to their end for nothing
      throw error;
    } finally {
      await postgres.stop();
    }
  }
  const next = (): Job | undefined => (stop.signal.aborted ? undefined : waiting.shift());
  const ends = await Promise.allSettled(Array.from({ length: Math.min(lanes, jobs.length) }, (_, n) => lane(n + 1)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
