import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { PresentedMember } from '../../../../api/identity/members/presenter.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { everything } from '../../hiring/world.ts';
import { mailedTokens, type Tokens } from '../auth/world.ts';
import { assertRefused, callerAs, entriesOn, named, USERS } from './world.ts';

describe('POST /api/v1/org/users/:membershipId/invitation', () => {
  let api: TestApi;
  let owner: UserActor;
  let ada: PresentedMember;
  const email = 'ada@example.com';
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
    ada = (await callerAs(api, owner)('post', USERS, { email, roles: ['viewer'] })).body;
    api.delivered.splice(0);
  });
  afterEach(() => api.close());

  const invite = (id = ada.user.id) => callerAs(api, owner)('post', `${USERS}/${id}/invitation`);
  const accept = (token: string) =>
    api.call<Tokens>('post', '/api/v1/auth/accept-invitation', { body: { token, password: goodPassword } });

  it('mails another link and shows the account as it is', async () => {
    const { status, body } = await invite();
    const { user, membership, roles } = ada;
    assert.deepEqual([status, body], [202, { user, membership, roles }]);
    const mails = await api.database.rows<{ id: string; used: boolean }>(
      `select e.id, l.used_at is not null as used from emails e join account_links l on l.id = e.account_link_id
       where e.to_address = $1 and e.kind = 'accept_invitation' order by e.created_at`,
      [email],
    );
    assert.deepEqual(
      mails.map(({ used }) => used),
      [true, false],
    );
    assert.deepEqual(
      api.delivered.map(({ start }) => start.workflowId),
      [`email/${mails[1]?.id}`],
    );
  });

  it('makes older links useless: the newest alone opens', async () => {
    const [first = ''] = await mailedTokens(api, email, 'accept_invitation');
    await invite();
    await invite();
    const [newest = '', ...others] = await mailedTokens(api, email, 'accept_invitation');
    assert.deepEqual(others, []);
    assertRefused(await accept(first), 400, 'LINK_INVALID');
    assert.equal((await accept(newest)).status, 200);
  });

  it('is in the trail', async () => {
    await invite();
    assert.deepEqual((await entriesOn(api.database, ada.user.id)).slice(1), [
      { action: 'user.invited', actor: named(owner), after: { email } },
    ]);
  });

  it('also goes to who was given a temporary password and has not used it', async () => {
    const temporary = { email: 'temp@example.com', temporary_password: goodPassword };
    const { body } = await callerAs(api, owner)('post', USERS, temporary);
    assert.equal((await invite(body.user.id)).status, 202);
    assert.equal((await mailedTokens(api, temporary.email, 'accept_invitation')).length, 1);
  });

  it('is refused for who has accepted and for who is deactivated, and leaves nothing', async () => {
    const [token = ''] = await mailedTokens(api, email, 'accept_invitation');
    await accept(token);
    const suspended = (await callerAs(api, owner)('post', USERS, { email: 'gone@example.com' })).body.user.id;
    await callerAs(api, owner)('patch', `${USERS}/${suspended}`, { platform_status: 'SUSPENDED' });
    api.delivered.splice(0);
    const before = await everything(api.database);
    for (const id of [ada.user.id, suspended]) assertRefused(await invite(id), 409, 'INVITATION_SETTLED');
    assert.deepEqual(await everything(api.database), before);
    assert.deepEqual(api.delivered, []);
  });

  it('does not tell of a deactivated account that it has accepted', async () => {
    await callerAs(api, owner)('patch', `${USERS}/${ada.user.id}`, { platform_status: 'SUSPENDED' });
    const { body } = await invite();
    assert.doesNotMatch(body.detail ?? '', /accepted/);
  });

  it('knows nobody of another organisation, and wants a uuid', async () => {
    const stranger = await makeUser();
    for (const id of [stranger.userId, randomUUID()]) assertRefused(await invite(id), 404, 'USER_NOT_FOUND');
    assertRefused(await invite('no-uuid'), 422, 'VALIDATION_ERROR');
  });
});
