import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEphemeralPostgres } from '../../../local/postgres/ephemeral.ts';
import { startTimeOf } from '../../../local/processes.ts';
import { chmod } from 'node:fs/promises';

describe('an ephemeral Postgres', () => {
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-ephemeral-'));
    await chmod(dir, 0o711);
  });

  after(() => rm(dir, { recursive: true, force: true }));

  it('answers as superuser, forces nothing to disk, and leaves neither process nor files', async () => {
    const place = join(dir, 'postgres');
    const postgres = await startEphemeralPostgres(place);
    const client = new Client({ connectionString: postgres.adminUrl });
    await client.connect();
    const { rows } = await client.query(
      'select usesuper, current_setting($1) as fsync from pg_user where usename = current_user',
      ['fsync'],
    );
    await client.end();
    await postgres.stop();
    assert.deepEqual(rows, [{ usesuper: true, fsync: 'off' }]);
    assert.equal(startTimeOf(postgres.pid), undefined);
    await assert.rejects(stat(place), { code: 'ENOENT' });
  });
});
