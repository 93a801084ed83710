import assert from 'node:assert/strict';
import type { UserActor } from '../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { makeOrganization, makeUser } from '../../support/factories-identity.ts';

interface Key {
  readonly id: string;
  readonly key: string;
  readonly hint: string;
  readonly permissions: readonly string[];
  readonly user: { readonly id: string };
  readonly expires_at: string;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
  readonly last_used_address: string | null;
  readonly detail?: string;
  readonly errorCode?: string;
}

interface Keys {
  readonly items: readonly Key[];
  readonly total: number;
  readonly next_cursor: string | null;
}

const PATH = '/api/v1/api-keys';

describe('API keys', () => {
  let api: TestApi;
  let owner: UserActor;
  before(async () => {
    api = await startTestApi();
    owner = await makeUser({});
  });
  after(() => api.close());

  const create = (actor: UserActor, body: object = {}, headers: Readonly<Record<string, string>> = {}) =>
    api.call<Key>('post', PATH, {
      token: api.ownToken(actor),
      headers,
      body: { name: 'machine', permissions: ['users.read', 'simulations.read'], ...body },
    });
  const revoke = (actor: UserActor, id: string) => api.call('delete', `${PATH}/${id}`, { token: api.ownToken(actor) });
  const list = (actor: UserActor, query = '') => api.call<Keys>('get', PATH + query, { token: api.ownToken(actor) });
  const refused = async (token: string, path = '/api/v1/org/users') => {
    const { status, body } = await api.call('get', path, { token });
    return [status, body['detail']];
  };

  it('are shown once, stored as a hash, and open what they name and no more', async () => {
    const { status, body } = await create(owner);
    assert.equal(status, 201);
    assert.match(body.key, /^tnk_[\w-]{43}$/);
    assert.equal(body.hint, body.key.slice(0, 10));
    assert.equal((await api.call('get', '/api/v1/org/users', { token: body.key })).status, 200);
    assert.equal((await api.call('get', '/api/simulations', { token: body.key })).status, 200);
    assert.equal((await api.call('get', '/users/me', { token: body.key })).body['id'], owner.userId);
    assert.equal((await refused(body.key, '/api/v1/org/audit-logs'))[0], 403);
    const dump = await api.database.rows('select k::text as row from api_keys k');
    const trail = await api.database.rows('select body from audit_entries');
    for (const place of [dump, trail, (await list(owner)).body]) {
      assert.ok(!JSON.stringify(place).includes(body.key.slice(10)));
    }
  });

  it('say in the trail which key acted for whom', async () => {
    const { body } = await create(owner, { permissions: ['roles.manage'] });
    const made = await api.call('post', '/api/v1/roles', { token: body.key, body: { name: 'By machine' } });
    assert.equal(made.status, 201);
    const [row] = await api.database.rows<{ body: string }>(
      `select body from audit_entries where action = 'role.created' and resource_id = $1`,
      [made.body['id']],
    );
    const { actor } = JSON.parse(row?.body ?? '{}') as { actor: object };
    assert.deepEqual(actor, { kind: 'user', id: owner.userId, email: owner.email, apiKeyId: body.id });
    const shown = await api.call<{ items: { actor: { api_key_id: string } }[] }>(
      'get',
      '/api/v1/org/audit-logs?action=role.created',
      {
        token: api.ownToken(owner),
      },
    );
    assert.equal(shown.body.items[0]?.actor.api_key_id, body.id);
  });

  it('allow no more than their account does at that moment', async () => {
    const user = await makeUser({ orgId: owner.orgId, roles: ['viewer', 'reviewer'] });
    const { body } = await create(user);
    assert.equal((await refused(body.key))[0], 200);
    await api.database.rows(`delete from user_roles where user_id = $1`, [user.userId]);
    assert.equal((await refused(body.key))[0], 403);
  });

  it('cannot be given what their maker is not allowed, nor what does not exist', async () => {
    const user = await makeUser({ orgId: owner.orgId, roles: ['recruiter'] });
    const more = await create(user, { permissions: ['audit_logs.read', 'simulations.read'] });
    assert.deepEqual([more.status, more.body.detail], [403, 'You are not allowed yourself: audit_logs.read']);
    const unknown = await create(owner, { permissions: ['everything'] });
    assert.deepEqual([unknown.status, unknown.body.errorCode], [422, 'PERMISSION_UNKNOWN']);
    for (const body of [{ permissions: [] }, { name: '' }, { expires_in_days: 0 }, { expires_in_days: 400 }]) {
      assert.equal((await create(owner, body)).status, 422, JSON.stringify(body));
    }
    const employee = await makeUser({ orgId: owner.orgId, roles: ['employee'] });
    assert.equal((await create(employee)).status, 403);
  });

  it('make no keys, change no password, and cross to no other organisation', async () => {
    const superuser = await makeUser({ isSuperuser: true, roles: ['owner'] });
    const { body } = await create(superuser, { permissions: ['api_keys.manage', 'users.read'] });
    const call = (method: string, path: string, sent?: object) =>
      api.call(method, path, { token: body.key, ...(sent && { body: sent }) });
    assert.equal((await call('post', PATH, { name: 'child', permissions: ['users.read'] })).status, 403);
    assert.equal((await call('get', PATH)).status, 403);
    assert.equal((await call('post', '/api/v1/auth/logout')).status, 403);
    const change = { current_password: 'x', new_password: 'y' };
    assert.equal((await call('post', '/api/v1/auth/change-password', change)).status, 403);
    assert.equal((await call('patch', '/api/v1/self/profile', { name: 'X' })).status, 403);
    assert.equal((await call('post', '/api/v1/orgs', { name: 'By machine' })).status, 403);
    const other = await makeOrganization();
    const crossed = await api.call('get', '/api/v1/org/users', {
      token: body.key,
      headers: { 'x-org-id': other.slug },
    });
    assert.deepEqual([crossed.status, crossed.body['detail']], [403, 'Tenant header does not match token']);
  });

  it('end when they are revoked, expire, or their account is gone', async () => {
    const { body: revoked } = await create(owner);
    assert.equal((await revoke(owner, revoked.id)).status, 204);
    assert.equal((await revoke(owner, revoked.id)).status, 204, 'again is no error');
    assert.deepEqual(await refused(revoked.key), [401, 'Invalid token']);
    const { body: expired } = await create(owner);
    await api.database.rows(`update api_keys set expires_at = now() where id = $1`, [expired.id]);
    assert.deepEqual(await refused(expired.key), [401, 'Token expired']);
    const user = await makeUser({ orgId: owner.orgId });
    const { body: idle } = await create(user);
    await api.database.rows('update users set is_active = false where id = $1', [user.userId]);
    assert.deepEqual(await refused(idle.key), [403, 'This account has been deactivated']);
    assert.deepEqual(await refused(`tnk_${'x'.repeat(43)}`), [401, 'Invalid token']);
  });

  it('open no door of candidates', async () => {
    const { body } = await create(owner);
    const path = `/api/candidate/session/${'x'.repeat(43)}`;
    assert.deepEqual(await refused(body.key, path), [403, 'Candidate access required']);
  });

  it('know when and from where they were last used, without a write for every use', async () => {
    const { body } = await create(owner);
    await refused(body.key);
    const used = async () => (await list(owner)).body.items.find(({ id }) => id === body.id);
    const first = await used();
    assert.equal(first?.last_used_address, '127.0.0.1');
    assert.ok(first.last_used_at);
    await refused(body.key);
    assert.equal((await used())?.last_used_at, first.last_used_at);
    await api.database.rows(`update api_keys set last_used_at = now() - interval '2 minutes' where id = $1`, [body.id]);
    await refused(body.key);
    assert.ok(((await used())?.last_used_at ?? '') >= first.last_used_at);
  });

  it('are listed in pages: one’s own, or everybody’s with api_keys.manage_all; another’s are not there', async () => {
    const org = await makeOrganization();
    const admin = await makeUser({ orgId: org.id, roles: ['admin'] });
    const [anna, bert] = [
      await makeUser({ orgId: org.id, roles: ['recruiter'] }),
      await makeUser({ orgId: org.id, roles: ['recruiter'] }),
    ];
    const mine = [await create(anna, KEY), await create(anna, KEY), await create(anna, KEY)].map(({ body }) => body.id);
    const { body: theirs } = await create(bert, KEY);
    assert.deepEqual(new Set((await list(anna)).body.items.map(({ id }) => id)), new Set(mine));
    assert.equal((await list(admin)).body.total, 4);
    const seen: string[] = [];
    for (let query = '?page_size=2'; query !== '';) {
      const { body } = await list(admin, query);
      seen.push(...body.items.map(({ id }) => id));
      query = body.next_cursor === null ? '' : `?page_size=2&cursor=${body.next_cursor}`;
    }
    assert.deepEqual(new Set(seen), new Set([...mine, theirs.id]));
    assert.equal(seen.length, 4);
    assert.equal((await revoke(anna, theirs.id)).status, 404);
    assert.equal((await revoke(admin, theirs.id)).status, 204);
    assert.equal((await revoke(anna, org.id)).status, 404);
    assert.equal((await list(anna, '?page=1&cursor=x')).status, 422);
  });

  it('with an Idempotency-Key are made once and not shown again', async () => {
    const headers = { 'idempotency-key': 'make-one' };
    const first = await create(owner, {}, headers);
    const again = await create(owner, {}, headers);
    assert.deepEqual([again.status, again.body.errorCode, again.body.id], [409, 'ALREADY_SHOWN', first.body.id]);
    assert.equal((await create(owner, { name: 'other' }, headers)).status, 422);
  });
});

const KEY = { permissions: ['simulations.read'] };
