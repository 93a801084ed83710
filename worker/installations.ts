// commit-ok: one statement that reads a table of no organisation
import type { Pool } from 'pg';
import type { Metrics } from '../core/metrics.ts';

const STATES = ['active', 'suspended', 'deleted'] as const;

/** Shows how many installations of the GitHub App there are in each state, as GitHub last told. */
export async function countInstallations({
  pool,
  metrics,
}: {
  readonly pool: Pool;
  readonly metrics: Metrics;
}): Promise<void> {
  const { rows } = await pool.query<{ state: string; count: number }>(
    'select state, count(*)::int as count from github_installations group by state',
  );
  for (const state of STATES) {
    metrics.githubInstallations.set({ state }, rows.find((row) => row.state === state)?.count ?? 0);
  }
}
