import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { login, mailedTokens } from '../auth/world.ts';
import { PATH, people } from './world.ts';

describe('people are added to an organisation', () => {
  let api: TestApi;
  let owner: UserActor;
  let add: ReturnType<typeof people>['add'];
  let list: ReturnType<typeof people>['list'];
  before(async () => {
    api = await startTestApi();
  });
  beforeEach(async () => {
    owner = await makeUser({ roles: ['owner'] });
    ({ add, list } = people(api, owner));
  });
  after(() => api.close());

  const colleague = (...roles: string[]) => makeUser({ orgId: owner.orgId, roles });

  it('with an invitation by mail, as an employee if nothing else is said', async () => {
    const { status, body } = await add({
      email: ' New@Person.example ',
      first_name: 'Neo',
      last_name: ' Person ',
      employee_id: 'E-1',
      employment_start_date: '2026-11-25',
    });
    assert.equal(status, 201);
    const { user, membership } = body;
    assert.deepEqual(
      { ...user, created_at: '' },
      {
        id: membership.id,
        email: 'new@person.example',
        full_name: 'Neo Person',
        first_name: 'Neo',
        last_name: 'Person',
        is_active: true,
        is_superuser: false,
        email_verified: false,
        last_active_at: null,
        created_at: '',
      },
    );
    assert.deepEqual(
      { ...membership, created_at: '' },
      {
        id: user.id,
        org_id: owner.orgId,
        user_id: user.id,
        employee_id: 'E-1',
        employment_start_date: '2026-11-25',
        platform_status: 'INVITED',
        invitation_status: 'PENDING',
        must_change_password: false,
        created_at: '',
      },
    );
    assert.deepEqual(
      body.roles.map(({ name }) => name),
      ['employee'],
    );
    assert.deepEqual([body.user_status, body.membership_status, body.credentials_issued], ['new', 'created', false]);
    assert.equal((await mailedTokens(api, 'new@person.example', 'accept_invitation')).length, 1);
  });

  it('with a temporary password and no mail, where somebody hands it over', async () => {
    const { body } = await add({ email: 'temp@person.example', roles: ['viewer'], temporary_password: goodPassword });
    assert.deepEqual([body.credentials_issued, body.membership['must_change_password']], [true, true]);
    assert.deepEqual(await mailedTokens(api, 'temp@person.example', 'accept_invitation'), []);
    const { body: tokens } = await login(api, 'temp@person.example', goodPassword);
    assert.equal((await api.call('get', PATH, { token: tokens.access_token })).status, 403);
    const trail = await api.database.rows('select body from audit_entries where org_id = $1', [owner.orgId]);
    assert.ok(!JSON.stringify(trail).includes('argon2') && !JSON.stringify(trail).includes(goodPassword));
    const weak = await add({ email: 'weak@person.example', temporary_password: 'password' });
    assert.deepEqual([weak.status, weak.body.errorCode], [400, 'PASSWORD_TOO_WEAK']);
  });

  it('once, however often and however written; another employee id is a mistake', async () => {
    const first = await add({ email: 'once@person.example', employee_id: 'E-1' });
    const again = await add({ email: 'ONCE@person.example', employee_id: 'E-1' });
    assert.deepEqual([again.status, again.body.user.id], [201, first.body.user.id]);
    assert.deepEqual([again.body.user_status, again.body.membership_status], ['existing', 'already_exists']);
    assert.equal((await add({ email: 'once@person.example', employee_id: 'E-2' })).status, 400);
    assert.equal((await add({ email: 'other@person.example', employee_id: 'E-1' })).status, 400);
    assert.equal((await list()).body.total, 2);
  });

  it('ten times at once as one person, whom nobody finds twice', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => add({ email: 'rush@person.example' })));
    assert.ok(replies.every(({ status }) => status === 201 || status === 400));
    assert.equal((await list('?search=rush')).body.total, 1);
  });

  it('to two organisations as two accounts', async () => {
    const other = await makeUser({ roles: ['owner'] });
    const [mine, theirs] = [
      await add({ email: 'two@person.example' }),
      await add({ email: 'two@person.example' }, other),
    ];
    assert.notEqual(mine.body.user.id, theirs.body.user.id);
  });

  it('with no role that is not there, or that allows more than the one who adds', async () => {
    const unknown = await add({ email: 'x@person.example', roles: ['emperor'] });
    assert.deepEqual([unknown.status, unknown.body.detail], [404, 'Role not found: emperor']);
    const hr = await colleague('hr');
    assert.equal((await add({ email: 'x@person.example', roles: ['admin'] }, hr)).status, 403);
    assert.equal((await add({ email: 'x@person.example', roles: ['hr', 'employee'] }, hr)).status, 201);
    const admin = await colleague('admin');
    assert.equal((await add({ email: 'y@person.example', roles: ['owner'] }, admin)).status, 403);
  });

  it('only when the fields make sense', async () => {
    for (const body of [
      {},
      { email: 'no address' },
      { email: 'a@b.example', employment_start_date: '2026-02-30' },
      { email: 'a@b.example', roles: 'employee' },
      { email: 'a@b.example', first_name: 'x'.repeat(101) },
    ]) {
      assert.equal((await add(body)).status, 422, JSON.stringify(body));
    }
  });
});
