import assert from 'node:assert/strict';
import { Pool } from 'pg';
import { pino } from 'pino';
import { sweepOnce } from '../../worker/sweeps.ts';
import { resetDatabase } from '../support/database.ts';
import { makeUser } from '../support/factories-identity.ts';

describe('the sweeps', () => {
  it('delete what is done and old, and nothing else, in batches', async () => {
    const database = await resetDatabase();
    const { orgId, userId } = await makeUser();
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
    await database.rows(
      `insert into github_turns (org_id, installation, key, priority, requested_at, promised_at, come_back_at, granted_at)
       values ($1, 'token', 'waited', 'cleanup', ${old}, ${old}, ${old}, null),
              ($1, 'token', 'granted', 'cleanup', ${old}, ${old}, ${old}, ${old}),
              ($1, 'token', 'waits', 'cleanup', ${old}, ${old}, now(), null),
              ($1, 'token', 'counts', 'cleanup', now(), now(), now(), now())`,
      [orgId],
    );
    const minutesAgo = (minutes: number) => `(extract(epoch from now()) * 1000)::bigint - ${minutes * 60_000}`;
    for (const table of ['rate_limits', 'sign_in_failures']) {
      await database.rows(
        `insert into ${table} (key, points, expire)
         values ('old', 1, ${minutesAgo(61)}), ('ended', 1, ${minutesAgo(59)}), ('open', 1, ${minutesAgo(-1)})`,
      );
    }
    await database.rows(
      `with session as (
         insert into auth_sessions (org_id, user_id, expires_at)
         select $1, $2, now() - case when n <= 51 then interval '31 days' else interval '29 days' end
         from generate_series(1, 52) n returning id, org_id, expires_at)
       insert into refresh_tokens (org_id, session_id, token_hash, expires_at)
       select org_id, id, sha256(id::text::bytea), expires_at from session`,
      [orgId, userId],
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
    assert.deepEqual(await database.rows('select key from github_turns order by key'), [
      { key: 'counts' },
      { key: 'waits' },
    ]);
    for (const table of ['rate_limits', 'sign_in_failures']) {
      assert.deepEqual(await database.rows(`select key from ${table} order by key`), [
        { key: 'ended' },
        { key: 'open' },
      ]);
    }
    assert.equal((await database.rows('select from auth_sessions')).length, 1);
    assert.equal((await database.rows('select from refresh_tokens')).length, 1);
  });
});
