import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rowsOf } from '../../core/database.ts';
import { anonymous, systemActor } from '../../domain/identity/actor.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeCandidate, makeOrganization, makeUser } from '../support/factories-identity.ts';

interface Entry {
  readonly seq: string;
  readonly body: string;
  readonly prev_hash: Buffer;
  readonly hash: Buffer;
  readonly action: string;
  readonly actor_id: string | null;
}

describe('the audit trail', () => {
  let database: TestDatabase;
  before(async () => {
    database = await resetDatabase();
  });

  const entriesOf = (orgId: string): Promise<Entry[]> =>
    database.rows<Entry>(
      'select seq, body, prev_hash, hash, action, actor_id from audit_entries where org_id = $1 order by seq',
      [orgId],
    );
  const record = (orgId: string, action: string) =>
    database.uow.write(systemActor(orgId, 'test'), async (uow) =>
      uow.audit({ action, resource: { type: 'probe', id: '1' } }),
    );

  it('is a chain of hashes over exactly what is stored, also when many write at once', async () => {
    const { id } = await makeOrganization();
    await Promise.all(Array.from({ length: 20 }, (_, index) => record(id, `probe.written_${index}`)));
    const entries = await entriesOf(id);
    assert.deepEqual(
      entries.map(({ seq }) => Number(seq)),
      entries.map((_, index) => index + 1),
    );
    let head: Buffer = Buffer.alloc(0);
    for (const { body, prev_hash, hash } of entries) {
      assert.deepEqual(prev_hash, head);
      head = createHash('sha256').update(head).update(body).digest();
      assert.deepEqual(hash, head);
    }
    assert.equal(entries.length, 21, 'and the organisation itself');
  });

  it('says who did it, to what, and from which request; nothing else of the request', async () => {
    const user = await makeUser();
    const request = { requestId: 'req-1', address: '192.0.2.1', idempotencyKey: { key: 'k' } };
    const before = { title: 'Old' };
    await database.uow.write(
      user,
      async (uow) => uow.audit({ action: 'probe.changed', resource: { type: 'probe', id: '7' }, before, after: {} }),
      request,
    );
    const entry = (await entriesOf(user.orgId)).at(-1);
    const { at, ...body } = JSON.parse(entry?.body ?? '{}') as Record<string, unknown>;
    assert.match(String(at), /^\d{4}-.*Z$/);
    assert.deepEqual(body, {
      action: 'probe.changed',
      resource: { type: 'probe', id: '7' },
      actor: { kind: 'user', id: user.userId, email: user.email },
      before: { title: 'Old' },
      after: {},
      requestId: 'req-1',
      address: '192.0.2.1',
    });
    assert.equal(entry?.actor_id, user.userId);
  });

  it('keeps what somebody has written that Postgres would refuse, without the part that it refuses', async () => {
    const user = await makeUser();
    await database.uow.write(user, async (uow) =>
      uow.audit({ action: 'probe.named', resource: { type: 'probe', id: '8' }, after: { name: 'half \ud83d\0 pair' } }),
    );
    const { after } = JSON.parse((await entriesOf(user.orgId)).at(-1)?.body ?? '{}') as { after: object };
    assert.deepEqual(after, { name: 'half \ufffd pair' });
  });

  it('knows candidates by their identity', async () => {
    const { id } = await makeOrganization();
    const candidate = makeCandidate(id, 'cara@example.com');
    const entry = { action: 'probe.claimed', resource: { type: 'probe', id: '1' } };
    await database.uow.write(candidate, async (uow) => uow.audit(entry));
    assert.equal((await entriesOf(id)).at(-1)?.actor_id, 'https://issuer.test/|test|cara@example.com');
  });

  it('cannot be written, changed or deleted by the application itself', async () => {
    const { id } = await makeOrganization();
    const statements = [
      "update audit_entries set body = '{}'",
      'delete from audit_entries',
      'delete from audit_heads',
      "insert into audit_entries (org_id, seq, body, prev_hash, hash, at) values ($1, 99, '{}', '', '', now())",
    ];
    for (const sql of statements) {
      const bind = sql.includes('$1') ? [id] : [];
      await assert.rejects(
        database.uow.write(systemActor(id, 'test'), ({ db }) => rowsOf(db, sql, bind)),
        /permission denied/,
        sql,
      );
    }
  });

  it('of one organisation is not seen by another, and needs one', async () => {
    const [one, two] = [await makeOrganization(), await makeOrganization()];
    await database.uow.read(systemActor(one.id, 'test'), async ({ db }) => {
      const rows = await rowsOf<{ org_id: string }>(db, 'select distinct org_id from audit_entries');
      assert.deepEqual(rows, [{ org_id: one.id }]);
      assert.notEqual(one.id, two.id);
    });
    await assert.rejects(
      database.uow.write(anonymous, async (uow) => uow.audit({ action: 'x.y', resource: { type: 'x', id: '1' } })),
      /no tenant is set/,
    );
  });
});
