import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { addMember } from '../../../../services/identity/add-member.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { actionsOn, login, mailedTokens, type Tokens } from './world.ts';

const nextPassword = 'An0ther, better one';

describe('changing a password', () => {
  let api: TestApi;
  let user: UserActor;
  let tokens: Tokens;
  beforeEach(async () => {
    api = await startTestApi();
    user = await makeUser({ email: 'ada@example.com', password: goodPassword });
    tokens = (await login(api, 'ada@example.com', goodPassword)).body;
  });
  afterEach(() => api.close());

  const change = (current_password: string, new_password: string, token = tokens.access_token) =>
    api.call<Tokens>('post', '/api/v1/auth/change-password', { token, body: { current_password, new_password } });

  it('gives a new pair and ends every other session', async () => {
    const { status, body } = await change(goodPassword, nextPassword);
    assert.equal(status, 200);
    assert.equal((await api.call('get', '/users/me', { token: tokens.access_token })).status, 401);
    assert.equal((await api.call('get', '/users/me', { token: body.access_token })).status, 200);
    const refreshed = await api.call('post', '/api/v1/auth/refresh', { body: { refresh_token: tokens.refresh_token } });
    assert.equal(refreshed.status, 401);
    assert.equal((await login(api, 'ada@example.com', goodPassword)).status, 401);
    assert.equal((await login(api, 'ada@example.com', nextPassword)).status, 200);
    assert.ok((await actionsOn(api, user.userId)).includes('user.password_changed'));
  });

  it('refuses a wrong current one, the same again, and a weak one, each with words', async () => {
    for (const [current, next, code, words] of [
      ['not this one', nextPassword, 'PASSWORD_WRONG', /current password/],
      [goodPassword, goodPassword, 'PASSWORD_UNCHANGED', /must differ/],
      [goodPassword, 'Sh0rt, yes', 'PASSWORD_TOO_WEAK', /at least 12/],
      [goodPassword, 'no capital letter 1', 'PASSWORD_TOO_WEAK', /upper-case/],
      [goodPassword, 'NO SMALL LETTER 1', 'PASSWORD_TOO_WEAK', /lower-case/],
      [goodPassword, 'No digit in here', 'PASSWORD_TOO_WEAK', /digit/],
      [goodPassword, 'Nothing5pecialHere', 'PASSWORD_TOO_WEAK', /special/],
    ] as const) {
      const { status, body } = await change(current, next);
      assert.deepEqual([status, body.errorCode], [400, code], next);
      assert.match(body.detail ?? '', words);
    }
    assert.equal((await login(api, 'ada@example.com', goodPassword)).status, 200);
  });

  it('with a stolen access token is no way to guess: it locks like signing in', async () => {
    for (let n = 0; n < 5; n += 1) assert.equal((await change(`guess ${n}`, nextPassword)).status, 400);
    assert.equal((await change(goodPassword, nextPassword)).status, 429);
  });

  it('twice at once succeeds once', async () => {
    const replies = await Promise.all([change(goodPassword, nextPassword), change(goodPassword, `${nextPassword}!`)]);
    const statuses = replies.map(({ status }) => status).toSorted((a, b) => a - b);
    assert.equal(statuses[0], 200);
    assert.ok([400, 401].includes(statuses[1] ?? 0), String(statuses));
  });

  it('is for who signs in here', async () => {
    const outside = await makeUser({ email: 'outside@example.com' });
    const { status, body } = await change('x', nextPassword, api.ownToken(outside));
    assert.deepEqual([status, body.errorCode], [400, 'PASSWORD_NOT_SET']);
  });

  it('is all that a temporary password opens, and makes the invited a member', async () => {
    await api.database.rows('update users set must_change_password = true, accepted_at = null where id = $1', [
      user.userId,
    ]);
    const { body } = await login(api, 'ada@example.com', goodPassword);
    assert.equal(body.must_change_password, true);
    const refused = await api.call('get', '/api/simulations', { token: body.access_token });
    assert.deepEqual([refused.status, refused.body['detail']], [403, 'Password change required']);
    const { body: changed } = await change(goodPassword, nextPassword, body.access_token);
    assert.equal(changed.must_change_password, false);
    assert.equal((await api.call('get', '/api/simulations', { token: changed.access_token })).status, 200);
    const profile = await api.call<{ membership: Record<string, string> }>('get', '/api/v1/self/profile', {
      token: changed.access_token,
    });
    const { platform_status, invitation_status } = profile.body.membership;
    assert.deepEqual([platform_status, invitation_status], ['ACTIVE', 'ACCEPTED']);
  });
});

describe('a forgotten password', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.close());

  const forgot = (email: string) => api.call('post', '/api/v1/auth/forgot-password', { body: { email } });
  const reset = (token: string, password: string) =>
    api.call<Tokens>('post', '/api/v1/auth/reset-password', { body: { token, password } });

  it('is replaced over a mail, once; sessions end and a lock is opened', async () => {
    const email = 'ada@example.com';
    const user = await makeUser({ email, password: goodPassword });
    const { body: tokens } = await login(api, email, goodPassword);
    for (let n = 0; n < 5; n += 1) await login(api, email, 'forgotten');
    const asked = await forgot('ADA@example.com');
    assert.deepEqual([asked.status, asked.body], [202, { status: 'accepted' }]);
    const [token = ''] = await mailedTokens(api, email, 'reset_password');
    assert.equal((await reset(token, nextPassword)).status, 204);
    assert.equal((await api.call('get', '/users/me', { token: tokens.access_token })).status, 401);
    assert.equal((await login(api, email, nextPassword)).status, 200);
    const again = await reset(token, goodPassword);
    assert.deepEqual([again.status, again.body.errorCode], [400, 'LINK_INVALID']);
    assert.deepEqual(
      (await actionsOn(api, user.userId)).filter((action) => action.includes('reset')),
      ['user.password_reset_requested', 'user.password_reset'],
    );
  });

  it('of an unknown, a deactivated or an outside account answers the same and mails nothing', async () => {
    const gone = await makeUser({ email: 'gone@example.com', password: goodPassword });
    await api.database.rows('update users set is_active = false where id = $1', [gone.userId]);
    const outside = await makeUser({ email: 'outside@example.com' });
    await api.database.rows('update users set accepted_at = now() where id = $1', [outside.userId]);
    for (const email of ['unknown@example.com', 'gone@example.com', 'outside@example.com']) {
      const { status, body } = await forgot(email);
      assert.deepEqual([status, body], [202, { status: 'accepted' }]);
      assert.deepEqual(await mailedTokens(api, email, 'reset_password'), []);
    }
    assert.equal((await forgot('no address')).status, 422);
  });

  it('gets a mail for each organisation, and only the newest link of one works', async () => {
    const email = 'both@example.com';
    for (let n = 0; n < 2; n += 1) await makeUser({ email, password: goodPassword });
    await forgot(email);
    const first = await mailedTokens(api, email, 'reset_password');
    assert.equal(first.length, 2);
    await forgot(email);
    const second = await mailedTokens(api, email, 'reset_password');
    assert.equal(second.length, 2);
    assert.equal((await reset(first[0] ?? '', nextPassword)).body.errorCode, 'LINK_INVALID');
    assert.equal((await reset(second[0] ?? '', nextPassword)).status, 204);
  });

  it('is not replaced by a link that has expired, is made up, or is for something else', async () => {
    const email = 'late@example.com';
    await makeUser({ email, password: goodPassword });
    await forgot(email);
    const [token = ''] = await mailedTokens(api, email, 'reset_password');
    assert.equal((await reset('x'.repeat(43), nextPassword)).body.errorCode, 'LINK_INVALID');
    assert.equal((await reset('short', nextPassword)).status, 422);
    const other = await api.call('post', '/api/v1/auth/accept-invitation', { body: { token, password: nextPassword } });
    assert.deepEqual([other.status, other.body['errorCode']], [400, 'LINK_INVALID']);
    const verify = { body: { token, password: goodPassword } };
    assert.equal((await api.call('post', '/api/v1/auth/verify-email', verify)).status, 400);
    assert.equal((await reset(token, 'weak')).body.errorCode, 'PASSWORD_TOO_WEAK');
    await api.database.rows(`update account_links set expires_at = now() - interval '1 second'`);
    const late = await reset(token, nextPassword);
    assert.deepEqual([late.status, late.body.errorCode], [410, 'LINK_EXPIRED']);
    assert.equal((await login(api, email, goodPassword)).status, 200);
  });

  it('proves the address, and ends the keys of whoever used the account before', async () => {
    const email = 'victim@example.com';
    const squat = { name: 'Squat', email, password: 'quite long enough' };
    await api.call('post', '/api/v1/auth/register', { body: squat });
    const { body: tokens } = await login(api, email, squat.password);
    const made = await api.call('post', '/api/v1/api-keys', {
      token: tokens.access_token,
      body: { name: 'back door', permissions: ['users.read'] },
    });
    await forgot(email);
    const [token = ''] = await mailedTokens(api, email, 'reset_password');
    assert.equal((await reset(token, nextPassword)).status, 204);
    assert.equal((await api.call('get', '/api/v1/org/users', { token: String(made.body['key']) })).status, 401);
    const { body: mine } = await login(api, email, nextPassword);
    assert.equal((await api.call('get', '/users/me', { token: mine.access_token })).body['email_verified'], true);
  });
});

describe('an invitation to an organisation', () => {
  let api: TestApi;
  let owner: UserActor;
  before(async () => {
    api = await startTestApi();
    owner = await makeUser({});
  });
  after(() => api.close());

  const invite = (email: string) =>
    api.app.uow.write(owner, (uow) => addMember(uow, { email, roles: ['viewer'] }, api.settings));
  const accept = (token: string, password: string) =>
    api.call<Tokens>('post', '/api/v1/auth/accept-invitation', { body: { token, password } });

  it('is accepted with a password, signs in, and proves the address', async () => {
    const email = 'new@example.com';
    const { member } = await invite(email);
    const [token = ''] = await mailedTokens(api, email, 'accept_invitation');
    const { status, body } = await accept(token, goodPassword);
    assert.equal(status, 200);
    const me = await api.call('get', '/users/me', { token: body.access_token });
    assert.deepEqual([me.body['id'], me.body['roles'], me.body['email_verified']], [member.id, ['viewer'], true]);
    assert.equal((await login(api, email, goodPassword)).status, 200);
    assert.ok((await actionsOn(api, member.id)).includes('user.invitation_accepted'));
    assert.equal((await accept(token, nextPassword)).status, 400);
  });

  it('is mailed again to who says that the password is forgotten', async () => {
    const email = 'slow@example.com';
    await invite(email);
    const [first] = await mailedTokens(api, email, 'accept_invitation');
    await api.call('post', '/api/v1/auth/forgot-password', { body: { email } });
    const [second = ''] = await mailedTokens(api, email, 'accept_invitation');
    assert.notEqual(second, first);
    assert.equal((await accept(second, goodPassword)).status, 200);
  });

  it('is accepted by who signs in with the outside provider', async () => {
    const email = 'oidc@example.com';
    const { member } = await invite(email);
    const me = await api.call('get', '/users/me', { token: api.recruiterToken(email) });
    assert.equal(me.body['id'], member.id);
    const [row] = await api.database.rows('select accepted_at is not null as accepted from users where id = $1', [
      member.id,
    ]);
    assert.deepEqual(row, { accepted: true });
  });

  it('with a temporary password ends it when the person comes from the outside provider instead', async () => {
    const email = 'both-ways@example.com';
    const added = await api.call('post', '/api/v1/org/users', {
      token: api.ownToken(owner),
      body: { email, temporary_password: goodPassword },
    });
    assert.equal(added.status, 201);
    const { body: known } = await login(api, email, goodPassword);
    assert.equal((await api.call('get', '/users/me', { token: api.recruiterToken(email) })).status, 200);
    assert.equal((await login(api, email, goodPassword)).status, 401, 'who made the account knows this password');
    assert.equal((await api.call('get', '/users/me', { token: known.access_token })).status, 401);
  });

  it('of somebody deactivated and let in again meanwhile is good no longer', async () => {
    const email = 'back@example.com';
    const { member } = await invite(email);
    const [token = ''] = await mailedTokens(api, email, 'accept_invitation');
    for (const platform_status of ['SUSPENDED', 'ACTIVE']) {
      const path = `/api/v1/org/users/${member.id}`;
      assert.equal(
        (await api.call('patch', path, { token: api.ownToken(owner), body: { platform_status } })).status,
        200,
      );
    }
    assert.deepEqual([(await accept(token, goodPassword)).body.errorCode], ['LINK_INVALID']);
  });

  it('of somebody deactivated meanwhile is refused', async () => {
    const email = 'revoked@example.com';
    const { member } = await invite(email);
    const [token = ''] = await mailedTokens(api, email, 'accept_invitation');
    await api.database.rows('update users set is_active = false where id = $1', [member.id]);
    assert.deepEqual([(await accept(token, goodPassword)).status], [403]);
  });
});
