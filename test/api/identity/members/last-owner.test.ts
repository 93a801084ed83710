import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import type { Reply } from '../../../support/api.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeOrganization, makeUser } from '../../../support/factories-identity.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { everything, type Problem } from '../../hiring/world.ts';
import { assertRefused, callerAs, roleIdOf, ROLES, USERS } from './world.ts';

type Refusable = Reply<Partial<Problem>>;

describe('an organisation keeps an active owner', () => {
  let api: TestApi;
  let orgId: string;
  let ownerRole: string;
  let [anna, bert]: UserActor[] = [];
  beforeEach(async () => {
    api = await startTestApi();
    orgId = (await makeOrganization()).id;
    ownerRole = await roleIdOf(api.database, orgId, 'owner');
    [anna, bert] = [await makeUser({ orgId, roles: ['owner'] }), await makeUser({ orgId, roles: ['owner'] })];
  });
  afterEach(() => api.close());

  const deactivate = (as: UserActor, whom: UserActor): Promise<Refusable> =>
    callerAs(api, as)('patch', `${USERS}/${whom.userId}`, { platform_status: 'SUSPENDED' });
  const remove = (as: UserActor, whom: UserActor): Promise<Refusable> =>
    callerAs(api, as)('delete', `${USERS}/${whom.userId}`);
  const take = (as: UserActor, whom: UserActor): Promise<Refusable> =>
    callerAs(api, as)('delete', `${ROLES}/org/users/${whom.userId}/roles/${ownerRole}`);
  /** Both have looked, as owners, before either is done. */
  const both = (one: () => Promise<Refusable>, other: () => Promise<Refusable>) =>
    meanwhile(
      api.database,
      { sql: 'select id from roles where id = $1 for update', values: [ownerRole], waiting: 2 },
      () => Promise.all([one(), other()]),
    );
  const assertOneLeft = async (replies: readonly Refusable[]) => {
    const [good, refused] = replies.toSorted((a, b) => a.status - b.status);
    assert.ok(good && [200, 204].includes(good.status), JSON.stringify(replies));
    assert.ok(refused);
    assertRefused(refused, 409, 'LAST_OWNER');
    const left = await api.database.rows(
      'select u.id from users u join user_roles r on r.user_id = u.id where r.role_id = $1 and u.is_active',
      [ownerRole],
    );
    assert.equal(left.length, 1);
  };
  const pair = () => [anna ?? assert.fail(), bert ?? assert.fail()] as const;

  it('when two deactivate one another at the same time', async () => {
    const [a, b] = pair();
    await assertOneLeft(
      await both(
        () => deactivate(a, b),
        () => deactivate(b, a),
      ),
    );
  });

  it('when two delete one another at the same time', async () => {
    const [a, b] = pair();
    await assertOneLeft(
      await both(
        () => remove(a, b),
        () => remove(b, a),
      ),
    );
  });

  it('when two take ownership from one another at the same time', async () => {
    const [a, b] = pair();
    await assertOneLeft(
      await both(
        () => take(a, b),
        () => take(b, a),
      ),
    );
  });

  it('when two give it up at the same time', async () => {
    const [a, b] = pair();
    await assertOneLeft(
      await both(
        () => take(a, a),
        () => take(b, b),
      ),
    );
  });

  it('when one deactivates the other while the other deletes the one', async () => {
    const [a, b] = pair();
    await assertOneLeft(
      await both(
        () => deactivate(a, b),
        () => remove(b, a),
      ),
    );
  });

  it('when one deactivates the other and gives up ownership in the same moment', async () => {
    const [a, b] = pair();
    await assertOneLeft(
      await both(
        () => deactivate(a, b),
        () => take(a, a),
      ),
    );
  });

  it('whoever asks, in whatever way, and what is refused leaves nothing', async () => {
    const [a, b] = pair();
    assert.equal((await remove(a, b)).status, 204);
    const superuser = await makeUser({ orgId, isSuperuser: true, roles: ['admin'] });
    await makeUser({ orgId, roles: ['admin'] });
    const before = await everything(api.database);
    for (const attempt of [deactivate, remove, take]) assertRefused(await attempt(superuser, a), 409, 'LAST_OWNER');
    assertRefused(await take(a, a), 409, 'LAST_OWNER');
    assert.deepEqual(await everything(api.database), before);
  });

  it('and a deactivated one is none', async () => {
    const [a, b] = pair();
    assert.equal((await deactivate(a, b)).status, 200);
    assertRefused(await take(a, a), 409, 'LAST_OWNER');
    const viewer = await makeUser({ orgId, roles: ['viewer'] });
    const give = callerAs(api, a)('post', `${ROLES}/org/users/${viewer.userId}/roles`, { role_id: ownerRole });
    assert.equal((await give).status, 200);
    assert.equal((await take(a, a)).status, 200, 'there is another now');
  });
});
