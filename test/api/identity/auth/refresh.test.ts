import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeOrganization, makeUser } from '../../../support/factories-identity.ts';
import { actionsOn, login, type Tokens } from './world.ts';

describe('refreshing a session', () => {
  let api: TestApi;
  let user: UserActor;
  before(async () => {
    api = await startTestApi();
    user = await makeUser({ email: 'ada@example.com', password: goodPassword });
  });
  after(() => api.close());

  const signIn = async (): Promise<Tokens> => (await login(api, 'ada@example.com', goodPassword)).body;
  const refresh = (refresh_token: unknown, headers: Readonly<Record<string, string>> = {}) =>
    api.call<Tokens>('post', '/api/v1/auth/refresh', { body: { refresh_token }, headers });
  const knock = async (token: string): Promise<number> => (await api.call('get', '/users/me', { token })).status;

  it('gives a new pair, again and again, each token once', async () => {
    let { refresh_token: token } = await signIn();
    for (let n = 0; n < 3; n += 1) {
      const { status, body } = await refresh(token);
      assert.equal(status, 200);
      assert.notEqual(body.refresh_token, token);
      assert.equal(await knock(body.access_token), 200);
      token = body.refresh_token;
    }
  });

  it('with a token that was used before ends every session of the account, and says so in the trail', async () => {
    const stolen = await signIn();
    const elsewhere = await signIn();
    const next = (await refresh(stolen.refresh_token)).body;
    const reused = await refresh(stolen.refresh_token);
    assert.deepEqual([reused.status, reused.body.detail], [401, 'Refresh token reuse detected']);
    for (const { access_token, refresh_token } of [stolen, elsewhere, next]) {
      if (access_token) assert.equal(await knock(access_token), 401);
      assert.equal((await refresh(refresh_token)).status, 401);
    }
    assert.ok((await actionsOn(api, user.userId)).includes('user.refresh_token_reused'));
    assert.equal(await knock((await signIn()).access_token), 200, 'who has the password signs in again');
  });

  it('twice at once with one token gives one pair at most, and ends the sessions', async () => {
    const { refresh_token: token } = await signIn();
    const replies = await Promise.all(Array.from({ length: 5 }, () => refresh(token)));
    const good = replies.filter(({ status }) => status === 200);
    assert.equal(good.length, 1);
    assert.equal(await knock(good[0]?.body.access_token ?? ''), 401);
  });

  it('refuses no token, one that nobody has, one of another kind, an expired one', async () => {
    for (const none of [undefined, null, '', '  ']) {
      const { status, body } = await refresh(none);
      assert.deepEqual([status, body.errorCode], [400, 'REFRESH_TOKEN_MISSING'], JSON.stringify(none));
    }
    const { access_token: access, refresh_token: token } = await signIn();
    for (const wrong of ['tnr_nobody-has-this-one', access.slice(0, 400), "' or 1=1 --"]) {
      const { status, body } = await refresh(wrong);
      assert.deepEqual([status, body.detail], [401, 'Invalid refresh token']);
    }
    await api.database.rows(`update refresh_tokens set expires_at = now() - interval '1 second' where used_at is null`);
    assert.equal((await refresh(token)).body.detail, 'Invalid refresh token');
    const { refresh_token: later } = await signIn();
    await api.database.rows(`update auth_sessions set expires_at = now() - interval '1 second' where ended_at is null`);
    assert.equal((await refresh(later)).body.detail, 'Invalid refresh token', 'no session lives for ever');
  });

  it('in another organisation is refused, and the token is still good', async () => {
    const other = await makeOrganization();
    const { refresh_token: token } = await signIn();
    for (const header of [other.slug, other.id, 'no-such-org']) {
      const { status, body } = await refresh(token, { 'x-org-id': header });
      assert.deepEqual([status, body.detail], [401, 'Token tenant mismatch']);
    }
    assert.equal((await refresh(token, { 'x-org-id': user.orgSlug })).status, 200);
  });

  it('of a deactivated account is refused', async () => {
    const { refresh_token: token } = await signIn();
    await api.database.rows('update users set is_active = false where id = $1', [user.userId]);
    assert.equal((await refresh(token)).status, 403);
    await api.database.rows('update users set is_active = true where id = $1', [user.userId]);
    assert.equal((await refresh(token)).status, 200, 'what was refused has used nothing up');
  });

  it('keeps no token: only hashes are in the database, and a refresh token is no access token', async () => {
    const { refresh_token: token } = await signIn();
    const dump = await api.database.rows('select t::text as row from refresh_tokens t');
    assert.ok(!JSON.stringify(dump).includes(token.slice(4)));
    const { status, body } = await api.call('get', '/users/me', { token });
    assert.deepEqual([status, body['detail']], [401, 'Invalid token header']);
  });

  it('reads what the account may at that time', async () => {
    const { refresh_token: token } = await signIn();
    await api.database.rows('delete from user_roles where user_id = $1', [user.userId]);
    const { body } = await refresh(token);
    const me = await api.call('get', '/users/me', { token: body.access_token });
    assert.deepEqual(me.body['permissions'], []);
  });
});

describe('signing out', () => {
  it('ends every session of the account on every device, at once, and no other’s', async () => {
    const api = await startTestApi();
    const user = await makeUser({ email: 'ada@example.com', password: goodPassword });
    await makeUser({ orgId: user.orgId, email: 'bea@example.com', password: goodPassword });
    const [one, two] = [
      await login(api, 'ada@example.com', goodPassword),
      await login(api, 'ada@example.com', goodPassword),
    ];
    const other = await login(api, 'bea@example.com', goodPassword);
    const { status } = await api.call('post', '/api/v1/auth/logout', { token: one.body.access_token });
    assert.equal(status, 204);
    for (const { body } of [one, two]) {
      assert.equal((await api.call('get', '/users/me', { token: body.access_token })).status, 401);
      const refreshed = await api.call('post', '/api/v1/auth/refresh', { body: { refresh_token: body.refresh_token } });
      assert.equal(refreshed.status, 401);
    }
    assert.equal((await api.call('get', '/users/me', { token: other.body.access_token })).status, 200);
    assert.equal((await actionsOn(api, user.userId)).at(-1), 'user.signed_out');
    assert.equal((await api.call('post', '/api/v1/auth/logout')).status, 401);
    const byOtherName = await api.call('post', '/api/auth/logout', { token: other.body.access_token });
    assert.equal(byOtherName.status, 204);
    assert.equal((await api.call('get', '/users/me', { token: other.body.access_token })).status, 401);
    await api.close();
  });
});
