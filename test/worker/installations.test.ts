import assert from 'node:assert/strict';
import { Pool } from 'pg';
import { createMetrics } from '../../core/metrics.ts';
import { countInstallations } from '../../worker/installations.ts';
import { resetDatabase } from '../support/database.ts';

describe('the count of the App’s installations', () => {
  it('shows each state, also when the last one in it is gone', async () => {
    const database = await resetDatabase();
    const pool = new Pool({ connectionString: database.systemUrl, max: 1 });
    const metrics = createMetrics({ processMetrics: false });
    const counts = async () => {
      await countInstallations({ pool, metrics });
      const { values } = await metrics.githubInstallations.get();
      return Object.fromEntries(values.map(({ labels, value }) => [labels.state, value]));
    };
    try {
      assert.deepEqual(await counts(), { active: 0, suspended: 0, deleted: 0 });
      await database.rows(
        `insert into github_installations (id, state, told_at) values (1, 'active', now()), (2, 'suspended', now())`,
      );
      assert.deepEqual(await counts(), { active: 1, suspended: 1, deleted: 0 });
      await database.rows(`update github_installations set state = 'deleted' where id = 1`);
      assert.deepEqual(await counts(), { active: 0, suspended: 1, deleted: 1 });
    } finally {
      await pool.end();
    }
  });
});
