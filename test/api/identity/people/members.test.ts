import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeOrganization, makeUser } from '../../../support/factories-identity.ts';
import { actionsOn, login, mailedTokens } from '../auth/world.ts';
import { PATH, people, type Members } from './world.ts';

describe('the people of an organisation', () => {
  let api: TestApi;
  let owner: UserActor;
  let as: ReturnType<typeof people>['as'];
  let add: ReturnType<typeof people>['add'];
  let change: ReturnType<typeof people>['change'];
  let remove: ReturnType<typeof people>['remove'];
  let list: ReturnType<typeof people>['list'];
  before(async () => {
    api = await startTestApi();
  });
  beforeEach(async () => {
    owner = await makeUser({ roles: ['owner'] });
    ({ as, add, change, remove, list } = people(api, owner));
  });
  after(() => api.close());

  const colleague = (...roles: string[]) => makeUser({ orgId: owner.orgId, roles });

  describe('are listed', () => {
    it('newest first, in pages by number or by cursor, with how many there are', async () => {
      for (let n = 1; n <= 5; n += 1) await add({ email: `p${n}@person.example` });
      await api.database.rows(`update users set created_at = '2026-01-01' where org_id = $1 and email like 'p%'`, [
        owner.orgId,
      ]);
      const all = (await list()).body;
      assert.equal(all.total, 6);
      assert.equal(all.items[0]?.user.id, owner.userId);
      const ids = all.items.map(({ user }) => user.id);
      const byNumber = [];
      for (const page of [1, 2, 3]) byNumber.push(...(await list(`?page=${page}&page_size=2`)).body.items);
      assert.deepEqual(
        byNumber.map(({ user }) => user.id),
        ids,
      );
      const byCursor: string[] = [];
      for (let query: string | undefined = '?page_size=4'; query !== undefined;) {
        const { body }: { body: Members } = await list(query);
        byCursor.push(...body.items.map(({ user }) => user.id));
        query = body.next_cursor === null ? undefined : `?page_size=4&cursor=${body.next_cursor}`;
      }
      assert.deepEqual(byCursor, ids);
      for (const query of [
        '?page_size=0',
        '?page_size=201',
        '?page=0',
        '?cursor=x',
        '?page=1&cursor=W10',
        '?status=GONE',
      ]) {
        assert.equal((await list(query)).status, 422, query);
      }
    });

    it('by what is searched, in any case and to the letter, by status and by role', async () => {
      await add({ email: 'anna@person.example', name: 'Anna 100%', employee_id: 'X_1' });
      await add({ email: 'bert@person.example', name: 'Bert', roles: ['viewer'] });
      const found = async (query: string) => (await list(query)).body.items.map(({ user }) => user.full_name);
      assert.deepEqual(await found('?search=ANNA'), ['Anna 100%']);
      assert.deepEqual(await found('?search=%25'), ['Anna 100%']);
      assert.deepEqual(await found('?search=x_1'), ['Anna 100%']);
      assert.deepEqual(await found('?search=B_rt'), []);
      assert.deepEqual(await found('?search=%5C'), []);
      assert.deepEqual(await found('?role=viewer'), ['Bert']);
      assert.deepEqual(await found('?status=invited&search=bert'), ['Bert']);
      assert.deepEqual(await found('?status=SUSPENDED'), []);
    });
  });

  it('are read one by one; who is not here is not found', async () => {
    const { body } = await add({ email: 'one@person.example' });
    const read = await as(owner, 'get', `${PATH}/${body.user.id}`);
    assert.deepEqual([read.status, read.body.user.email], [200, 'one@person.example']);
    const { id } = await makeOrganization();
    assert.equal((await as(owner, 'get', `${PATH}/${id}`)).status, 404);
    assert.equal((await as(owner, 'get', `${PATH}/not-a-uuid`)).status, 422);
  });

  it('are changed, and the trail says what was and what is', async () => {
    const { body } = await add({ email: 'old@person.example', first_name: 'Old', employee_id: 'E-1' });
    await add({ email: 'else@person.example', employee_id: 'E-2' });
    const { id } = body.user;
    const changed = await change(id, { first_name: 'New', employee_id: null });
    assert.deepEqual(
      [changed.status, changed.body.user.full_name, changed.body.membership['employee_id']],
      [200, 'New', null],
    );
    assert.equal((await change(id, { employee_id: 'E-2' })).status, 400);
    assert.equal((await change(id, {})).status, 422);
    const [row] = await api.database.rows<{ body: string }>(
      `select body from audit_entries where resource_id = $1 and action = 'user.updated'`,
      [id],
    );
    const { before, after } = JSON.parse(row?.body ?? '{}') as Record<string, unknown>;
    assert.deepEqual(before, { firstName: 'Old', employeeId: 'E-1', name: 'Old' });
    assert.deepEqual(after, { firstName: 'New', employeeId: null, name: 'New' });
  });

  it('are deactivated at once: sessions, keys and roles are gone; and let in again without them', async () => {
    const person = await makeUser({
      orgId: owner.orgId,
      roles: ['admin'],
      email: `p${owner.userNumber}@x.example`,
      password: goodPassword,
    });
    const { body: tokens } = await login(api, person.email, goodPassword);
    const key = await api.call('post', '/api/v1/api-keys', {
      token: tokens.access_token,
      body: { name: 'k', permissions: ['users.read'] },
    });
    const { body } = await change(person.userId, { platform_status: 'SUSPENDED' });
    assert.deepEqual([body.membership.platform_status, body.roles], ['SUSPENDED', []]);
    assert.equal((await api.call('get', '/users/me', { token: tokens.access_token })).status, 403);
    assert.equal((await api.call('get', PATH, { token: String(key.body['key']) })).status, 401);
    const refreshed = await api.call('post', '/api/v1/auth/refresh', { body: { refresh_token: tokens.refresh_token } });
    assert.equal(refreshed.status, 401);
    const again = await change(person.userId, { platform_status: 'ACTIVE' });
    assert.deepEqual([again.body.membership.platform_status, again.body.roles], ['ACTIVE', []]);
    assert.equal(
      (await api.call('get', '/users/me', { token: tokens.access_token })).status,
      401,
      'old tokens stay dead',
    );
    assert.equal((await login(api, person.email, goodPassword)).status, 200);
    const actions = await actionsOn(api, person.userId);
    assert.ok(actions.includes('user.deactivated') && actions.includes('user.reactivated'));
  });

  it('are deleted for good, unless they have made simulations', async () => {
    const { body } = await add({ email: 'gone@person.example' });
    assert.equal((await remove(body.user.id)).status, 204);
    assert.equal((await remove(body.user.id)).status, 404);
    assert.equal((await as(owner, 'get', `${PATH}/${body.user.id}`)).status, 404);
    const maker = await colleague('recruiter');
    const simulation = { title: 'T', role: 'R', techStack: 'S', seniority: 'Mid' };
    assert.equal((await as(maker, 'post', '/api/simulations', { body: simulation })).status, 201);
    const kept = await remove(maker.userId);
    assert.deepEqual([kept.status, kept.body.errorCode], [409, 'USER_HAS_WORK']);
  });

  it('keep an owner, also when two owners let each other go at once, and nobody lets themselves go', async () => {
    assert.equal((await change(owner.userId, { platform_status: 'SUSPENDED' })).status, 403);
    assert.equal((await remove(owner.userId)).status, 403);
    const other = await colleague('owner');
    const replies = await Promise.all([
      change(other.userId, { platform_status: 'SUSPENDED' }, owner),
      change(owner.userId, { platform_status: 'SUSPENDED' }, other),
    ]);
    const owners = await api.database.rows(
      `select u.id from users u join user_roles ur on ur.user_id = u.id join roles r on r.id = ur.role_id
       where u.org_id = $1 and u.is_active and r.name = 'owner'`,
      [owner.orgId],
    );
    assert.equal(owners.length, 1, JSON.stringify(replies.map(({ status }) => status)));
  });

  it('are not reached upward: hr leaves admins alone, admins owners, and all of them superusers', async () => {
    const [hr, admin, superuser] = [
      await colleague('hr'),
      await colleague('admin'),
      await makeUser({ orgId: owner.orgId, isSuperuser: true, roles: ['employee'] }),
    ];
    const employee = await colleague('employee');
    for (const [actor, target, status] of [
      [hr, admin, 403],
      [hr, owner, 403],
      [hr, employee, 200],
      [admin, owner, 403],
      [admin, hr, 200],
      [owner, admin, 200],
      [owner, superuser, 403],
      [employee, hr, 403],
    ] as const) {
      const reply = await change(target.userId, { name: 'Changed' }, actor);
      assert.equal(reply.status, status, `${actor.roles.join()} → ${target.roles.join()}`);
    }
  });

  it('are read by who may, and added by who may', async () => {
    for (const [role, reads, adds] of [
      ['admin', 200, 201],
      ['hr', 200, 201],
      ['viewer', 200, 403],
      ['recruiter', 403, 403],
      ['reviewer', 403, 403],
      ['employee', 403, 403],
    ] as const) {
      const actor = await colleague(role);
      assert.equal((await list('', actor)).status, reads, role);
      assert.equal((await add({ email: `by-${role}@person.example` }, actor)).status, adds, role);
    }
  });

  it('are invited again, and only the newest link works', async () => {
    const email = 'again@person.example';
    const { body } = await add({ email });
    const [first] = await mailedTokens(api, email, 'accept_invitation');
    const again = await as(owner, 'post', `${PATH}/${body.user.id}/invitation`);
    assert.equal(again.status, 202);
    const [second, ...more] = await mailedTokens(api, email, 'accept_invitation');
    assert.ok(second !== undefined && second !== first && more.length === 0);
    await api.call('post', '/api/v1/auth/accept-invitation', { body: { token: second, password: goodPassword } });
    const settled = await as(owner, 'post', `${PATH}/${body.user.id}/invitation`);
    assert.deepEqual([settled.status, settled.body.errorCode], [409, 'INVITATION_SETTLED']);
  });

  it('read and change their own profile, and no more than their names', async () => {
    const employee = await colleague('employee');
    const path = '/api/v1/self/profile';
    assert.equal((await as(employee, 'get', path)).body.user.id, employee.userId);
    const { status, body } = await as(employee, 'patch', path, { body: { first_name: 'Own', employee_id: 'E-9' } });
    assert.deepEqual([status, body.user.full_name, body.membership['employee_id']], [200, 'Own', null]);
    assert.equal((await as(employee, 'patch', path, { body: {} })).status, 422);
  });
});
