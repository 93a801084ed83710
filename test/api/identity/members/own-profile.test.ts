import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { everything } from '../../hiring/world.ts';
import { login } from '../auth/world.ts';
import { assertRefused, callerAs, entriesOn, keyOf, named, PROFILE, USERS } from './world.ts';

describe('one’s own profile', () => {
  let api: TestApi;
  let owner: UserActor;
  let ada: UserActor;
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
    ada = await makeUser({ orgId: owner.orgId, email: 'ada@example.com', password: goodPassword, roles: ['employee'] });
  });
  afterEach(() => api.close());

  const read = (as = ada) => callerAs(api, as)('get', PROFILE);
  const change = (body: unknown, as = ada) => callerAs(api, as)('patch', PROFILE, body);

  it('is there for everybody, also who is allowed nothing, and is what the organisation sees', async () => {
    const { status, body } = await read();
    assert.equal(status, 200);
    assert.deepEqual(body, (await callerAs(api, owner)('get', `${USERS}/${ada.userId}`)).body);
    const nobody = await makeUser({ orgId: owner.orgId, roles: [] });
    assert.deepEqual([(await read(nobody)).status, (await read(nobody)).body.roles], [200, []]);
    assert.equal((await api.call('get', PROFILE)).status, 401);
  });

  it('knows when somebody was active', async () => {
    await login(api, ada.email, goodPassword);
    assert.match((await read()).body.user.last_active_at ?? '', /^\d{4}-/);
  });

  it('changes its names, and says so in the trail', async () => {
    const { body: before } = await read();
    const { status, body } = await change({ first_name: ' Ada ', last_name: 'Lovelace' });
    assert.equal(status, 200);
    const user = { ...before.user, first_name: 'Ada', last_name: 'Lovelace', full_name: 'Ada Lovelace' };
    assert.deepEqual(body, { ...before, user });
    assert.deepEqual((await read()).body, body);
    assert.deepEqual((await entriesOn(api.database, ada.userId)).at(-1), {
      action: 'user.updated',
      actor: named(ada),
      before: { firstName: null, lastName: null, name: ada.name },
      after: { firstName: 'Ada', lastName: 'Lovelace', name: 'Ada Lovelace' },
    });
    assert.equal((await change({ name: 'Countess' })).body.user.full_name, 'Countess');
  });

  it('changes nothing that is the organisation’s', async () => {
    const { body: before } = await read();
    const { status, body } = await change({
      name: 'Ada',
      employee_id: 'E-1',
      employment_start_date: '2026-01-01',
      platform_status: 'SUSPENDED',
      email: 'other@example.com',
      roles: ['owner'],
      is_superuser: true,
    });
    assert.equal(status, 200);
    assert.deepEqual(body, { ...before, user: { ...before.user, full_name: 'Ada' } });
    assert.deepEqual((await read()).body, body);
  });

  it('refuses what makes no sense and leaves nothing', async () => {
    const before = await everything(api.database);
    const bad = [{}, { name: '' }, { name: null }, { first_name: 'x'.repeat(101) }, { last_name: ['x'] }, 'text'];
    for (const body of bad) {
      const { status } = await change(body);
      assert.ok([400, 422].includes(status), `${status} ${JSON.stringify(body)}`);
    }
    assert.deepEqual(await everything(api.database), before);
  });

  it('is read by a machine with a key, and changed by the person alone', async () => {
    const recruiter = await makeUser({ orgId: owner.orgId, roles: ['recruiter'] });
    const token = await keyOf(api, recruiter, 'simulations.read');
    const reply = await api.call<{ user: { id: string } }>('get', PROFILE, { token });
    assert.deepEqual([reply.status, reply.body.user.id], [200, recruiter.userId]);
    assertRefused(await api.call('patch', PROFILE, { token, body: { name: 'Machine' } }), 403, 'FORBIDDEN');
  });

  it('of a superuser in another organisation is the one at home, and is changed there', async () => {
    const superuser = await makeUser({ isSuperuser: true, roles: ['employee'] });
    const { status, body } = await callerAs(api, superuser, { 'x-org-id': owner.orgSlug })('patch', PROFILE, {
      name: 'From afar',
    });
    assert.deepEqual([status, body.user.id, body.membership.org_id], [200, superuser.userId, superuser.orgId]);
    const [entry] = await api.database.rows<{ org_id: string }>(
      `select org_id from audit_entries where action = 'user.updated' and resource_id = $1`,
      [superuser.userId],
    );
    assert.equal(entry?.org_id, superuser.orgId);
  });
});
