import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Pool } from 'pg';
import type { TestDatabase } from './database.ts';

interface Times {
  readonly expiresAt: string;
  readonly readAt: string;
}

/** Keeps the rows in step with a server whose timers take no time. */
export interface SharedClock {
  /** Lets time pass, for workflows and rows. */
  sleep(ms: number): Promise<void>;
  /** Makes the rows as much older as the server's clock has leapt since the last time. */
  keepUp(): Promise<void>;
  /** Runs an activity that reads a deadline: on rows of today, its answer on the server's clock. */
  reading<T extends Times>(activity: () => Promise<T>): Promise<T>;
  /** What such an answer said, on the rows of today. */
  onRows<T extends Times>(found: T): T;
  close(): Promise<void>;
}

/**
 * Postgres and our services live in real time, the time-skipping server does not. A leap of five days there makes every
 * session's times five days older here, so that `expires_at <= now()` says what it would say after five days.
 */
export function sharedClock(env: TestWorkflowEnvironment, database: TestDatabase): SharedClock {
  const pool = new Pool({ connectionString: database.adminUrl, max: 1 });
  let aheadMs = 0;
  let turn = Promise.resolve();

  /** One after the other: two activities at once must not age the rows twice. */
  function keepUp(): Promise<void> {
    turn = turn.then(age);
    return turn;
  }

  async function age(): Promise<void> {
    const ahead = (await env.currentTimeMs()) - Date.now();
    const leaptMs = ahead - aheadMs;
    if (leaptMs < 100) return; // the two clocks are read one after the other
    aheadMs = ahead;
    await pool.query(
      `update candidate_sessions set invited_at = invited_at - leap, expires_at = expires_at - leap,
         claimed_at = claimed_at - leap, started_at = started_at - leap
       from make_interval(secs => $1::float / 1000) leap where status in ('not_started', 'in_progress')`,
      [leaptMs],
    );
  }

  return {
    keepUp,
    close: () => pool.end(),
    async sleep(ms) {
      await env.sleep(ms);
      await keepUp();
    },
    async reading(activity) {
      await keepUp();
      return moved(await activity(), aheadMs);
    },
    onRows: (found) => moved(found, -aheadMs),
  };
}

function moved<T extends Times>(times: T, byMs: number): T {
  const move = (at: string): string => new Date(Date.parse(at) + byMs).toISOString();
  return { ...times, expiresAt: move(times.expiresAt), readAt: move(times.readAt) };
}
