import assert from 'node:assert/strict';
import { createPrivateKey, randomUUID, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { systemActor, type UserActor } from '../../../../domain/identity/actor.ts';
import { endSessions } from '../../../../services/identity/auth-sessions.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeOrganization, makeUser } from '../../../support/factories-identity.ts';
import { foreignKey } from '../../../support/tokens.ts';

const PATH = '/api/v1/auth/me';

describe('an access token of our own', () => {
  let api: TestApi;
  let actor: UserActor;
  before(async () => {
    api = await startTestApi();
    actor = await makeUser({ password: 'x'.repeat(20) });
  });
  after(() => api.close());

  const knock = async (token: string, headers: Readonly<Record<string, string>> = {}) => {
    const { status, body } = await api.call('get', PATH, { token, headers });
    return [status, body['detail']];
  };
  const ownKey = (): KeyObject => Object.values(api.settings.ownTokens.keys)[0] ?? assert.fail('no key');

  /** Signed by our key unless said otherwise; `null` removes a claim. */
  const minted = (
    changes: Readonly<Record<string, unknown>>,
    key: KeyObject | string = ownKey(),
    header: object = {},
  ) => {
    const now = Math.floor(Date.now() / 1000);
    const { issuer, audience } = api.settings.ownTokens;
    const claims = {
      iss: issuer,
      aud: audience,
      sub: actor.userId,
      tenant_id: actor.orgId,
      type: 'access',
      tv: 1,
      iat: now,
      exp: now + 600,
      ...changes,
    };
    const kept = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null));
    return jwt.sign(kept, key, { algorithm: 'RS256', keyid: 'own1', ...header });
  };

  it('opens the door, and says what contracts/identity.md lists', async () => {
    assert.equal((await knock(minted({})))[0], 200);
    const claims = jwt.decode(api.ownToken(actor)) as Record<string, unknown>;
    const { iat, exp, jti, ...told } = claims;
    assert.deepEqual(told, {
      iss: api.settings.ownTokens.issuer,
      aud: 'tenon',
      sub: actor.userId,
      user_id: actor.userId,
      tenant_id: actor.orgId,
      org: actor.orgSlug,
      su: false,
      email: actor.email,
      permissions: [...actor.permissions],
      type: 'access',
      tv: 1,
    });
    assert.equal(Number(exp) - Number(iat), 30 * 60);
    assert.match(String(jti), /^[0-9a-f-]{36}$/);
  });

  it('is refused when it is no access token, or for nobody', async () => {
    for (const type of ['id', 'refresh', 'pre_org', null]) {
      assert.deepEqual(await knock(minted({ type })), [401, 'Invalid token'], String(type));
    }
    for (const changes of [
      { sub: null },
      { sub: 'x' },
      { tenant_id: null },
      { tenant_id: 'x' },
      { tv: null },
      { exp: null },
    ]) {
      assert.deepEqual(await knock(minted(changes)), [401, 'Invalid token'], JSON.stringify(changes));
    }
    assert.deepEqual(await knock(minted({ sub: randomUUID() })), [401, 'User not found']);
    assert.deepEqual(await knock(minted({ tenant_id: (await makeOrganization()).id })), [401, 'User not found']);
  });

  it('is refused with a foreign key, another algorithm, another audience, or out of its time', async () => {
    const now = Math.floor(Date.now() / 1000);
    assert.deepEqual(await knock(minted({}, foreignKey)), [401, 'Invalid token']);
    assert.deepEqual(await knock(minted({ exp: now - 61 })), [401, 'Token expired']);
    assert.deepEqual(await knock(minted({ nbf: now + 120 })), [401, 'Invalid token']);
    assert.deepEqual(await knock(minted({ aud: api.issuer.audience })), [401, 'Invalid token']);
    assert.deepEqual(await knock(minted({}, ownKey(), { keyid: 'unknown' })), [401, 'Signing key not found']);
    const unsigned = `${minted({}).split('.').slice(0, 2).join('.')}.`;
    assert.deepEqual(await knock(unsigned), [401, 'Invalid token']);
    const publicKey = (await api.call<{ keys: object[] }>('get', '/.well-known/jwks.json')).body.keys[0];
    const hmac = jwt.sign({ iss: api.settings.ownTokens.issuer, sub: actor.userId }, JSON.stringify(publicKey), {
      keyid: 'own1',
    });
    assert.deepEqual(await knock(hmac), [401, 'Invalid token algorithm']);
  });

  it('is not taken for one of the outside issuer, nor the other way round', async () => {
    assert.deepEqual(await knock(minted({ iss: api.issuer.issuer })), [401, 'Signing key not found']);
    const { issuer: iss, audience: aud } = api.settings.ownTokens;
    const outside = api.issuer.mint({ iss, aud, sub: actor.userId, tenant_id: actor.orgId, type: 'access', tv: 1 });
    assert.deepEqual(await knock(outside), [401, 'Signing key not found']);
    const foreignAudience = api.issuer.mint({ aud, sub: 'x', email: actor.email, permissions: ['recruiter:access'] });
    assert.deepEqual(await knock(foreignAudience), [401, 'Invalid token']);
  });

  it('opens no door of candidates', async () => {
    const path = `/api/candidate/session/${'x'.repeat(43)}`;
    const { status, body } = await api.call('get', path, { token: minted({ permissions: ['candidate:access'] }) });
    assert.deepEqual([status, body['detail']], [403, 'Candidate access required']);
  });

  it('ends with the sessions of its account, at once', async () => {
    const user = await makeUser({});
    const token = api.ownToken(user);
    assert.equal((await knock(token))[0], 200);
    await api.app.uow.write(systemActor(user.orgId, 'test'), (uow) => endSessions(uow, user.userId, 'signed_out'));
    assert.deepEqual(await knock(token), [401, 'Invalid token']);
    assert.equal((await knock(api.ownToken(user, 2)))[0], 200);
  });

  it('of a deactivated account is refused', async () => {
    const user = await makeUser({});
    const token = api.ownToken(user);
    await api.database.rows('update users set is_active = false where id = $1', [user.userId]);
    assert.deepEqual(await knock(token), [403, 'This account has been deactivated']);
  });

  it('whose account must choose another password opens nothing else', async () => {
    const user = await makeUser({});
    await api.database.rows('update users set must_change_password = true where id = $1', [user.userId]);
    const { status, body } = await api.call('get', '/api/v1/org/users', { token: api.ownToken(user) });
    assert.deepEqual([status, body['detail']], [403, 'Password change required']);
    assert.equal((await knock(api.ownToken(user)))[0], 200, 'who one is can be asked');
  });

  it('reads roles from the database at each request, whatever it says', async () => {
    const user = await makeUser({ roles: ['viewer'] });
    const forged = minted({ sub: user.userId, tenant_id: user.orgId, su: true, permissions: ['audit_logs.read'] });
    assert.equal((await api.call('get', '/api/v1/org/audit-logs', { token: forged })).status, 403);
    assert.equal((await api.call('get', '/api/v1/org/users', { token: forged })).status, 200);
    await api.database.rows('delete from user_roles where user_id = $1', [user.userId]);
    assert.equal((await api.call('get', '/api/v1/org/users', { token: forged })).status, 403);
  });
});

describe('the keys of our own issuer', () => {
  const pems = (api: TestApi): Record<string, string> =>
    Object.fromEntries(
      Object.entries(api.settings.ownTokens.keys).map(([id, key]) => [
        id,
        key.export({ format: 'pem', type: 'pkcs8' }).toString(),
      ]),
    );

  it('are published, public parts alone', async () => {
    const api = await startTestApi();
    const { status, body, headers } = await api.call<{ keys: Record<string, string>[] }>(
      'get',
      '/.well-known/jwks.json',
    );
    assert.equal(status, 200);
    assert.match(headers.get('cache-control') ?? '', /max-age/);
    assert.deepEqual(body.keys.map(Object.keys), [['kid', 'kty', 'use', 'alg', 'n', 'e']]);
    await api.close();
  });

  it('rotate: the last one named signs, an older one still verifies, one that is gone does not', async () => {
    const before = await startTestApi();
    const actor = await makeUser({});
    const old = before.ownToken(actor);
    const keys = { ...pems(before), own2: foreignKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
    await before.close();
    const knockAt = async (environment: Record<string, string>, token?: string) => {
      const api = await startTestApi({ environment });
      const user = await makeUser({});
      const shown = token ?? api.ownToken(user);
      const { status, body } = await api.call('get', PATH, { token: shown });
      await api.close();
      return { status, detail: body['detail'], kid: (jwt.decode(shown, { complete: true })?.header ?? {}).kid };
    };
    const both = { TENON_JWT_KEYS: JSON.stringify(keys) };
    assert.deepEqual(await knockAt(both), { status: 200, detail: undefined, kid: 'own2' });
    // The account is gone with the other database, so a good signature gets as far as that.
    assert.deepEqual(await knockAt(both, old), { status: 401, detail: 'User not found', kid: 'own1' });
    const only = { TENON_JWT_KEYS: JSON.stringify({ own2: keys.own2 }) };
    assert.deepEqual(await knockAt(only, old), { status: 401, detail: 'Signing key not found', kid: 'own1' });
    assert.ok(createPrivateKey(keys.own2));
  });
});
