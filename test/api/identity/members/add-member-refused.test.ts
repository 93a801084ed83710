import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { everything, whileRefusing } from '../../hiring/world.ts';
import { assertRefused, callerAs, makeAllowed, USERS } from './world.ts';

describe('adding people, refused', () => {
  let api: TestApi;
  let owner: UserActor;
  let before: Record<string, string>;
  const email = 'new@example.com';
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
  });
  afterEach(() => api.close());

  const add = (body: object, as = owner) => callerAs(api, as)('post', USERS, body);
  const look = async () => void (before = await everything(api.database));
  const assertNothingLeft = async () => {
    assert.deepEqual(await everything(api.database), before);
    assert.deepEqual(api.delivered, []);
  };

  it('gives nobody a role that allows more than the adder is allowed', async () => {
    const { orgId } = owner;
    const hr = await makeUser({ orgId, roles: ['hr'] });
    const admin = await makeUser({ orgId, roles: ['admin'] });
    const adder = await makeAllowed(api, orgId, 'users.manage');
    const [auditor = ''] = (await makeAllowed(api, orgId, 'audit_logs.read')).roles;
    await look();
    for (const [who, roles] of [
      [hr, ['owner']],
      [hr, ['admin']],
      [hr, ['recruiter']],
      [hr, ['viewer']],
      [hr, ['employee', 'reviewer']],
      [hr, [auditor]],
      [admin, ['owner']],
      [admin, ['employee', 'owner']],
      [adder, ['viewer']],
      [adder, ['hr']],
    ] as const) {
      assertRefused(await add({ email, roles }, who), 403, 'FORBIDDEN', `${who.roles.join()} gives ${roles.join()}`);
    }
    await assertNothingLeft();
  });

  it('lets whoever may add people add those who are allowed nothing, and no more than the adder', async () => {
    const { orgId } = owner;
    const hr = await makeUser({ orgId, roles: ['hr'] });
    const adder = await makeAllowed(api, orgId, 'users.manage');
    for (const [at, [who, roles]] of (
      [
        [hr, ['hr', 'employee']],
        [adder, ['employee']],
        [adder, []],
        [owner, ['owner', 'admin']],
      ] as const
    ).entries()) {
      const { status, body } = await add({ email: `n${at}@example.com`, roles }, who);
      assert.equal(status, 201, JSON.stringify(body));
      assert.deepEqual(
        body.roles.map(({ name }) => name),
        [...roles].toSorted(),
      );
    }
  });

  it('knows no roles but those of the organisation, and names those that are missing', async () => {
    const stranger = await makeUser({ roles: ['owner'] });
    await api.database.rows(`insert into roles (org_id, name) values ($1, 'Theirs')`, [stranger.orgId]);
    await look();
    const reply = await add({ email, roles: ['employee', 'Theirs', 'nothing'] });
    assertRefused(reply, 404, 'ROLE_NOT_FOUND');
    assert.equal(reply.body.detail, 'Role not found: Theirs, nothing');
    await assertNothingLeft();
  });

  it('says so when a role is deleted in that moment', async () => {
    const [name = ''] = (await makeAllowed(api, owner.orgId)).roles;
    const sql = 'delete from roles where org_id = $1 and name = $2';
    const values = [owner.orgId, name];
    const reply = await meanwhile(api.database, { sql, values, waiting: 1 }, () => add({ email, roles: [name] }));
    assertRefused(reply, 404, 'ROLE_NOT_FOUND');
  });

  it('wants a temporary password that is strong, and never repeats it', async () => {
    await look();
    for (const temporary_password of ['Sh0rt, yes', 'no capital letter 1', 'Nothing5pecialHere', 'x'.repeat(300), '']) {
      const { status, body } = await add({ email, temporary_password });
      assert.ok([400, 422].includes(status), temporary_password);
      assert.equal(body.errorCode, status === 400 ? 'PASSWORD_TOO_WEAK' : 'VALIDATION_ERROR');
      if (temporary_password !== '') assert.ok(!JSON.stringify(body).includes(temporary_password));
    }
    await assertNothingLeft();
  });

  it('refuses what makes no sense, and says which part', async () => {
    await look();
    const cases: readonly (readonly [object, string])[] = [
      [{ email: undefined }, 'email'],
      [{ email: 'no address' }, 'email'],
      [{ email: 'two@at@example.com' }, 'email'],
      [{ email: `${'x'.repeat(320)}@example.com` }, 'email'],
      [{ email: 'a\0@example.com' }, 'email'],
      [{ email: ['ada@example.com'] }, 'email'],
      [{ name: '' }, 'name'],
      [{ name: 'x'.repeat(201) }, 'name'],
      [{ first_name: 'x'.repeat(101) }, 'first_name'],
      [{ last_name: 7 }, 'last_name'],
      [{ employee_id: 'x'.repeat(101) }, 'employee_id'],
      [{ employment_start_date: '2026-02-30' }, 'employment_start_date'],
      [{ employment_start_date: '28.02.2026' }, 'employment_start_date'],
      [{ employment_start_date: '0000-00-00' }, 'employment_start_date'],
      [{ roles: 'viewer' }, 'roles'],
      [{ roles: ['viewer', 'viewer'] }, 'roles'],
      [{ roles: [''] }, 'roles'],
      [{ roles: Array.from({ length: 21 }, (_, n) => `r${n}`) }, 'roles'],
    ];
    for (const [changes, part] of cases) {
      const { status, body } = await add({ email, ...changes });
      assert.deepEqual([status, body.errorCode], [422, 'VALIDATION_ERROR'], JSON.stringify(changes));
      assert.ok(
        body.issues?.some(({ loc }) => loc.includes(part)),
        `${part}: ${JSON.stringify(body.issues)}`,
      );
    }
    await assertNothingLeft();
  });

  it('takes first and last names as long as it says, also together', async () => {
    const long = { first_name: 'F'.repeat(100), last_name: 'L'.repeat(100) };
    const { status, body } = await add({ email, ...long });
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual([body.user.first_name, body.user.last_name], [long.first_name, long.last_name]);
  });

  it('says that a name is too long also when it only grows to that in the form in which it is kept', async () => {
    const { status, body } = await add({ email, name: '\u0958'.repeat(200) }); // each becomes two characters (NFC)
    assert.deepEqual([status, body.errorCode], [422, 'VALIDATION_ERROR']);
  });

  it('leaves nothing when the mail cannot be queued', async () => {
    await look();
    const { status } = await whileRefusing(api.database, 'emails', () =>
      add({ email, temporary_password: undefined, employee_id: 'E-1' }),
    );
    assert.equal(status, 500);
    await assertNothingLeft();
    assert.equal((await add({ email, temporary_password: goodPassword })).status, 201, 'and works afterwards');
  });
});
