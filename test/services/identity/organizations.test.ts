import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { systemActor } from '../../../domain/identity/actor.ts';
import { systemRoles } from '../../../domain/identity/permissions.ts';
import { loadAccount } from '../../../services/identity/accounts.ts';
import { createOrganization } from '../../../services/identity/organizations.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeOrganization, makeUser } from '../../support/factories-identity.ts';

describe('a new organisation', () => {
  let database: TestDatabase;
  before(async () => {
    database = await resetDatabase();
  });

  it('has its clocks and its system roles', async () => {
    const { id } = await makeOrganization({ name: 'Quick & Co', slug: 'quick', inviteLifeSeconds: 20 });
    const [row] = await database.rows(
      'select slug, name, invite_life_seconds, work_window_seconds from organizations where id = $1',
      [id],
    );
    assert.deepEqual(row, { slug: 'quick', name: 'Quick & Co', invite_life_seconds: 20, work_window_seconds: 432_000 });
    const roles = await database.rows<{ name: string; is_system: boolean }>(
      'select name, is_system from roles where org_id = $1 order by name',
      [id],
    );
    assert.deepEqual(
      roles.map(({ name }) => name),
      Object.keys(systemRoles).toSorted(),
    );
    assert.ok(roles.every(({ is_system }) => is_system));
  });

  it('gets a slug of its name when none is given', async () => {
    const id = randomUUID();
    await database.uow.write(systemActor(id, 'test'), (uow) =>
      createOrganization(uow, { id, name: 'Ünïque Näme GmbH' }),
    );
    const [row] = await database.rows('select slug from organizations where id = $1', [id]);
    assert.deepEqual(row, { slug: 'unique-name-gmbh' });
  });

  it('cannot take the slug or the name of another, and then leaves nothing', async () => {
    const { slug, name } = await makeOrganization();
    const id = randomUUID();
    await assert.rejects(
      database.uow.write(systemActor(id, 'test'), (uow) => createOrganization(uow, { id, name: 'Another', slug })),
      { code: 'ORG_SLUG_TAKEN' },
    );
    await assert.rejects(
      database.uow.write(systemActor(id, 'test'), (uow) => createOrganization(uow, { id, name, slug: 'free' })),
      { code: 'ORG_NAME_TAKEN' },
    );
    assert.deepEqual(await database.rows('select seq from audit_entries where org_id = $1', [id]), []);
  });

  it('whose name gives a slug that another has gets a suffix', async () => {
    await makeOrganization({ name: 'Twin!', slug: 'twin' });
    for (const [name, slug] of [
      ['Twin', 'twin-2'],
      ['Twin?', 'twin-3'],
    ] as const) {
      const id = randomUUID();
      const made = await database.uow.write(systemActor(id, 'test'), (uow) => createOrganization(uow, { id, name }));
      assert.equal(made.slug, slug);
    }
  });

  it('is created by itself alone', async () => {
    const { id } = await makeOrganization();
    const other = { id: randomUUID(), name: 'Elsewhere' };
    await assert.rejects(
      database.uow.write(systemActor(id, 'test'), (uow) => createOrganization(uow, other)),
      /actor of its own id/,
    );
  });
});

describe('a new account', () => {
  let database: TestDatabase;
  let orgId: string;
  before(async () => {
    database = await resetDatabase();
    orgId = (await makeOrganization()).id;
  });

  it('has what its roles allow together, each once', async () => {
    const user = await makeUser({ orgId, email: ' Ada@Example.com ', roles: ['recruiter', 'reviewer'] });
    assert.equal(user.email, 'ada@example.com');
    assert.deepEqual(user.permissions, [
      'api_keys.manage',
      'candidates.invite',
      'simulations.create',
      'simulations.read',
      'simulations.read_all',
    ]);
    assert.deepEqual(user.roles, ['recruiter', 'reviewer']);
  });

  it('has an e-mail that nobody else in the organisation has; in another one they may', async () => {
    await makeUser({ orgId, email: 'same@example.com' });
    await assert.rejects(makeUser({ orgId, email: 'SAME@example.com' }), { code: 'EMPLOYEE_CONFLICT' });
    const elsewhere = await makeUser({ email: 'same@example.com' });
    assert.notEqual(elsewhere.orgId, orgId);
  });

  it('cannot get a role that does not exist', async () => {
    await assert.rejects(
      makeUser({ orgId, email: 'emperor@example.com', roles: ['recruiter', 'emperor'] }),
      /no such roles/,
    );
    assert.deepEqual(await database.rows('select id from users where email = $1', ['emperor@example.com']), []);
  });

  it('is not seen from another organisation', async () => {
    const user = await makeUser({ orgId });
    const other = await makeOrganization();
    const found = await database.uow.read(systemActor(other.id, 'test'), (uow) => loadAccount(uow, user.userId));
    assert.equal(found, undefined);
  });

  it('is audited', async () => {
    const user = await makeUser({ orgId });
    const rows = await database.rows(
      'select action, actor_id from audit_entries where org_id = $1 and resource_id = $2',
      [orgId, user.userId],
    );
    assert.deepEqual(rows, [{ action: 'user.created', actor_id: 'test' }]);
  });
});
