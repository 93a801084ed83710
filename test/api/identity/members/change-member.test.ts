import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { everything } from '../../hiring/world.ts';
import { assertRefused, callerAs, entriesOn, named, USERS } from './world.ts';

describe('PATCH /api/v1/org/users/:membershipId', () => {
  let api: TestApi;
  let owner: UserActor;
  let ada: UserActor;
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
    ada = await makeUser({ orgId: owner.orgId, name: 'Ada', roles: ['viewer'] });
  });
  afterEach(() => api.close());

  const patch = (body: unknown, id = ada.userId) => callerAs(api, owner)('patch', `${USERS}/${id}`, body);
  const read = async () => (await callerAs(api, owner)('get', `${USERS}/${ada.userId}`)).body;

  it('changes what it names and nothing else', async () => {
    const before = await read();
    const { status, body } = await patch({ employee_id: ' E-7 ', employment_start_date: '2024-02-29' });
    assert.equal(status, 200, JSON.stringify(body));
    const membership = { ...before.membership, employee_id: 'E-7', employment_start_date: '2024-02-29' };
    assert.deepEqual(body, { ...before, membership });
    assert.deepEqual(await read(), body);
    const { body: named } = await patch({ name: 'Countess of Lovelace' });
    assert.deepEqual(named, { ...body, user: { ...body.user, full_name: 'Countess of Lovelace' } });
  });

  it('calls somebody by first and last name once these are known, unless it is told another name with them', async () => {
    const namesOf = async (body: object) => {
      const { user } = (await patch(body)).body;
      return [user.full_name, user.first_name, user.last_name];
    };
    assert.deepEqual(await namesOf({ first_name: 'Ada' }), ['Ada', 'Ada', null]);
    assert.deepEqual(await namesOf({ last_name: 'Lovelace' }), ['Ada Lovelace', 'Ada', 'Lovelace']);
    assert.deepEqual(await namesOf({ last_name: 'King', name: 'Countess' }), ['Countess', 'Ada', 'King']);
    assert.deepEqual(await namesOf({ first_name: null }), ['King', null, 'King']);
    assert.deepEqual(await namesOf({ last_name: null }), [ada.email.split('@')[0], null, null]);
  });

  it('forgets what is set to null', async () => {
    await patch({ employee_id: 'E-7', employment_start_date: '2026-01-01' });
    const { body } = await patch({ employee_id: null, employment_start_date: null });
    assert.deepEqual([body.membership.employee_id, body.membership.employment_start_date], [null, null]);
  });

  it('forgets what is set to nothing, as a form sends it', async () => {
    for (const empty of [{ employee_id: '' }, { employee_id: ' ', employment_start_date: '' }]) {
      await patch({ employee_id: 'E-7', employment_start_date: '2026-01-01', last_name: 'Lovelace' });
      const { status, body } = await patch({ ...empty, last_name: '', first_name: 'Ada' });
      assert.equal(status, 200, JSON.stringify(body));
      assert.deepEqual([body.membership.employee_id, body.user.last_name], [null, null]);
    }
    assert.equal((await patch({ first_name: '' })).status, 200, 'also alone');
  });

  it('says in the trail who has changed what, from what to what', async () => {
    await patch({ first_name: 'Ada', employee_id: 'E-7', employment_start_date: '2026-01-01' });
    await patch({ first_name: 'Ada', employee_id: 'E-8' });
    const entries = (await entriesOn(api.database, ada.userId)).slice(1);
    assert.deepEqual(entries, [
      {
        action: 'user.updated',
        actor: named(owner),
        before: { firstName: null, employeeId: null, employmentStartDate: null },
        after: { firstName: 'Ada', employeeId: 'E-7', employmentStartDate: '2026-01-01' },
      },
      { action: 'user.updated', actor: named(owner), before: { employeeId: 'E-7' }, after: { employeeId: 'E-8' } },
    ]);
  });

  it('that changes nothing writes nothing', async () => {
    await patch({ first_name: 'Ada', employee_id: 'E-7', platform_status: 'ACTIVE' });
    const before = await everything(api.database);
    const same = { first_name: ' Ada ', employee_id: 'E-7', last_name: null, platform_status: 'active' };
    assert.equal((await patch(same)).status, 200);
    assert.deepEqual(await everything(api.database), before);
  });

  it('leaves alone what is not its business', async () => {
    const before = await read();
    const reply = await patch({
      first_name: 'Ada',
      email: 'other@example.com',
      is_superuser: true,
      is_active: false,
      roles: ['owner'],
      org_id: randomUUID(),
      password_hash: 'x',
      must_change_password: true,
      accepted_at: new Date().toISOString(),
    });
    assert.equal(reply.status, 200);
    assert.deepEqual(await read(), { ...before, user: { ...before.user, first_name: 'Ada', full_name: 'Ada' } });
  });

  it('refuses an employee id of somebody else, and then leaves nothing, also of what came with it', async () => {
    await makeUser({ orgId: owner.orgId, roles: ['employee'] });
    const other = await makeUser({ orgId: owner.orgId, roles: ['employee'] });
    await patch({ employee_id: 'E-1' }, other.userId);
    const before = await everything(api.database);
    const change = { employee_id: 'E-1', name: 'Else', platform_status: 'SUSPENDED' };
    assertRefused(await patch(change), 400, 'EMPLOYEE_CONFLICT');
    assert.deepEqual(await everything(api.database), before);
    const elsewhere = await makeUser();
    const there = callerAs(api, elsewhere)('patch', `${USERS}/${elsewhere.userId}`, { employee_id: 'E-1' });
    assert.equal((await there).status, 200, 'another organisation has its own');
  });

  it('knows nobody of another organisation', async () => {
    const stranger = await makeUser();
    const before = await everything(api.database);
    for (const id of [stranger.userId, randomUUID()]) {
      for (const body of [{ name: 'Taken' }, { platform_status: 'SUSPENDED' }]) {
        assertRefused(await patch(body, id), 404, 'USER_NOT_FOUND');
      }
    }
    assert.deepEqual(await everything(api.database), before);
  });

  it('refuses what makes no sense, and says which part', async () => {
    const before = await everything(api.database);
    const cases: readonly (readonly [unknown, string])[] = [
      [{}, 'body'],
      [[], 'body'],
      [{ name: null }, 'name'],
      [{ name: '' }, 'name'],
      [{ first_name: 'x'.repeat(101) }, 'first_name'],
      [{ employment_start_date: 'tomorrow' }, 'employment_start_date'],
      [{ employment_start_date: '2026-13-01' }, 'employment_start_date'],
      [{ platform_status: 'INVITED' }, 'platform_status'],
      [{ platform_status: null }, 'platform_status'],
    ];
    for (const [body, part] of cases) {
      const reply = await patch(body);
      assertRefused(reply, 422, 'VALIDATION_ERROR', JSON.stringify(body));
      assert.ok(
        reply.body.issues?.some(({ loc }) => loc.includes(part)),
        JSON.stringify(reply.body.issues),
      );
    }
    assertRefused(await patch({ name: 'X' }, 'no-uuid'), 422, 'VALIDATION_ERROR');
    assert.deepEqual(await everything(api.database), before);
  });
});
