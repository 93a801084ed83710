import assert from 'node:assert/strict';
import { Pool } from 'pg';
import { pino } from 'pino';
import { sweepOnce } from '../../worker/sweeps.ts';
import { resetDatabase } from '../support/database.ts';
import { makeOrganization } from '../support/factories-identity.ts';

describe('the sweeps', () => {
  it('delete what is older than a week and done, and nothing else, in batches', async () => {
    const database = await resetDatabase();
    const { id: orgId } = await makeOrganization();
    const old = `now() - interval '8 days'`;
    await database.rows(
      `insert into outbox (org_id, workflow_id, message, lease_until, created_at, delivered_at, outcome)
       select $1, 'w', '{}', ${old}, ${old}, case when n <= 1500 then ${old} when n = 1501 then now() end,
         case when n <= 1501 then 'started' end
       from generate_series(1, 1502) n`,
      [orgId],
    );
    await database.rows(
      `insert into idempotency_keys (org_id, actor_id, endpoint, key, body_hash, created_at)
       values ($1, 'a', 'e', 'old', '', ${old}), ($1, 'a', 'e', 'new', '', now())`,
      [orgId],
    );
    await database.rows(
      `insert into github_deliveries (delivery_id, event, matched, received_at)
       values ('old', 'push', true, ${old}), ('new', 'push', true, now())`,
    );
    const pool = new Pool({ connectionString: database.systemUrl, max: 1 });
    try {
      const parts = { pool, log: pino({ level: 'silent' }) };
      assert.equal(await sweepOnce(parts), true);
      assert.equal(await sweepOnce(parts), false);
    } finally {
      await pool.end();
    }
    assert.equal((await database.rows('select from outbox')).length, 2);
    assert.deepEqual(await database.rows('select key from idempotency_keys'), [{ key: 'new' }]);
    assert.deepEqual(await database.rows('select delivery_id from github_deliveries'), [{ delivery_id: 'new' }]);
  });
});
