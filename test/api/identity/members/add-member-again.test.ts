import assert from 'node:assert/strict';
import type { PresentedMember } from '../../../../api/identity/members/presenter.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { everything } from '../../hiring/world.ts';
import { assertRefused, callerAs, USERS } from './world.ts';

interface Added extends PresentedMember {
  readonly user_status: string;
  readonly membership_status: string;
  readonly credentials_issued: boolean;
}

describe('adding somebody who is there already', () => {
  let api: TestApi;
  let owner: UserActor;
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
  });
  afterEach(() => api.close());

  const add = (body: object) => callerAs(api, owner)<Added>('post', USERS, body);
  const ada = { email: 'ada@example.com', name: 'Ada', employee_id: 'E-1', roles: ['viewer'] };
  const people = async (where = 'true'): Promise<number> =>
    (await api.database.rows(`select id from users where id <> $1 and ${where}`, [owner.userId])).length;
  /** Ten that have all looked before one of them writes. */
  const tenAtOnce = (body: (n: number) => object) =>
    meanwhile(api.database, { sql: 'lock table users in share mode', values: [], waiting: 10 }, () =>
      Promise.all(Array.from({ length: 10 }, (_, n) => add(body(n)))),
    );

  it('gives the account that is there, says so, and changes nothing', async () => {
    const { body: first } = await add(ada);
    const before = await everything(api.database);
    for (const again of [
      ada,
      { email: ada.email },
      { ...ada, name: 'Somebody Else', roles: ['admin'], employment_start_date: '2026-01-01' },
      { ...ada, employee_id: null },
      { ...ada, temporary_password: goodPassword },
    ]) {
      const { status, body } = await add(again);
      assert.equal(status, 201, JSON.stringify(body));
      assert.deepEqual(body, {
        ...first,
        user_status: 'existing',
        membership_status: 'already_exists',
        credentials_issued: false,
      });
    }
    assert.deepEqual(await everything(api.database), before);
    assert.equal(api.delivered.length, 1, 'one invitation');
  });

  it('leaves a deactivated account deactivated', async () => {
    const { body: first } = await add(ada);
    await callerAs(api, owner)('patch', `${USERS}/${first.user.id}`, { platform_status: 'SUSPENDED' });
    const { status, body } = await add(ada);
    assert.deepEqual(
      [status, body.membership_status, body.membership.platform_status, body.roles],
      [201, 'already_exists', 'SUSPENDED', []],
    );
  });

  it('refuses the same e-mail with another employee id', async () => {
    await add(ada);
    const before = await everything(api.database);
    assertRefused(await add({ ...ada, employee_id: 'E-2' }), 400, 'EMPLOYEE_CONFLICT');
    assert.deepEqual(await everything(api.database), before);
  });

  it('refuses the employee id of somebody else', async () => {
    await add(ada);
    const before = await everything(api.database);
    const reply = await add({ email: 'grace@example.com', employee_id: ' E-1 ' });
    assertRefused(reply, 400, 'EMPLOYEE_CONFLICT');
    assert.match(reply.body.detail ?? '', /somebody else/);
    assert.deepEqual(await everything(api.database), before);
  });

  it('knows an e-mail in any case and any writing', async () => {
    const { body: first } = await add({ email: 'kelvin@b\u00fccher.example' });
    assert.equal(first.user.email, 'kelvin@xn--bcher-kva.example');
    for (const email of [
      'KELVIN@B\u00dcCHER.EXAMPLE',
      ' kelvin@b\u00fccher.example ',
      'kelvin@bu\u0308cher.example',
      'kelvin@xn--bcher-kva.example',
      'kelvin@XN--BCHER-KVA.example',
      '\u212aelvin@b\u00fccher.example',
      '\uff4belvin@b\u00fccher.example',
      'kelvin@b\u00fc\uff43her.example',
    ]) {
      const { status, body } = await add({ email });
      assert.deepEqual([status, body.user?.id], [201, first.user.id], email);
    }
    assert.equal(await people(), 1);
  });

  it('ten times at once makes one account and one invitation, and tells the nine others that it is there', async () => {
    const replies = await tenAtOnce(() => ada);
    assert.deepEqual(
      replies.map(({ status, body }) => `${status} ${body.membership_status ?? body.errorCode}`).toSorted(),
      [...Array.from({ length: 9 }, () => '201 already_exists'), '201 created'],
    );
    assert.equal(new Set(replies.map(({ body }) => body.user.id)).size, 1);
    assert.equal(await people(), 1);
    assert.equal((await api.database.rows('select id from emails')).length, 1);
  });

  it('of ten people at once with one employee id takes one, and refuses the others with the reason', async () => {
    const replies = await tenAtOnce((n) => ({ email: `p${n}@example.com`, employee_id: 'E-1' }));
    assert.deepEqual(replies.map(({ status, body }) => `${status} ${body.errorCode ?? 'ok'}`).toSorted(), [
      '201 ok',
      ...Array.from({ length: 9 }, () => '400 EMPLOYEE_CONFLICT'),
    ]);
    assert.equal(await people(`employee_id = 'E-1'`), 1);
    assert.equal(await people(), 1);
  });
});
