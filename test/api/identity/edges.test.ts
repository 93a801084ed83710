import assert from 'node:assert/strict';
import { startTestApi, type TestApi, type TestApiOptions } from '../../support/api.ts';
import { goodPassword, makeOrganization, makeUser } from '../../support/factories-identity.ts';
import { callsOf } from './calls.ts';
import { login } from './auth/world.ts';

describe('people and roles at the edges', () => {
  let api: TestApi;
  const start = async (options: TestApiOptions = {}) => void (api = await startTestApi(options));
  afterEach(() => api.close());
  const { post, get, patch, ...calls } = callsOf(() => api);
  const register = (name: string, email: string) => calls.register(name, email, goodPassword);

  it('a superuser gives roles elsewhere, the owner’s too', async () => {
    await start();
    const superuser = api.ownToken(await makeUser({ isSuperuser: true }));
    const org = await makeOrganization();
    const body = { email: 'o@example.com', roles: ['owner'] };
    assert.equal((await post('/api/v1/org/users', body, superuser, { 'x-org-id': org.slug })).status, 201);
  });

  it('a temporary password opens the account where e-mails must be proven, or a mail proves it', async () => {
    await start({ environment: { TENON_EMAIL_VERIFICATION: 'required' } });
    const owner = api.ownToken(await makeUser({ roles: ['owner'] }));
    await post('/api/v1/org/users', { email: 'n@example.com', temporary_password: goodPassword }, owner);
    const { status } = await login(api, 'n@example.com', goodPassword);
    assert.ok(status === 200 || api.delivered.length > 0, `${status}, ${api.delivered.length} mails`);
  });

  it('POST /orgs takes org_id and slug together', async () => {
    await start();
    const superuser = api.ownToken(await makeUser({ isSuperuser: true }));
    assert.equal((await post('/api/v1/orgs', { org_id: 'acme', name: 'Acme', slug: 'acme' }, superuser)).status, 201);
  });

  it('many right passwords at once lock nobody', async () => {
    await start();
    await makeUser({ email: 'bot@example.com', password: goodPassword });
    const all = await Promise.all(Array.from({ length: 8 }, () => login(api, 'bot@example.com', goodPassword)));
    assert.deepEqual([...new Set(all.map(({ status }) => status))], [200]);
  });

  it('nothing that somebody types is a 500', async () => {
    await start();
    const owner = await makeUser({ roles: ['owner'] });
    const token = api.ownToken(owner);
    const cursor = Buffer.from(JSON.stringify(['0000-01-01T00:00:00.000Z', owner.userId])).toString('base64url');
    const statuses = [
      await post(
        '/api/v1/org/users',
        { email: 'a@example.com', first_name: 'a'.repeat(100), last_name: 'b'.repeat(100) },
        token,
      ),
      await post('/api/v1/org/users', { email: 'b@example.com', first_name: '\u0958'.repeat(100) }, token),
      await post('/api/v1/org/users', { email: 'c@example.com', employment_start_date: '0000-01-01' }, token),
      await post('/api/v1/roles', { name: 'ŉ'.repeat(100) }, token),
      await register('\u0958'.repeat(200), 'd@example.com'),
      await get(`/api/v1/org/users?cursor=${cursor}`, token),
      await get('/api/v1/org/audit-logs?created_from=0000-01-01T00:00:00Z', token),
    ].map(({ status }) => status);
    assert.ok(!statuses.includes(500), statuses.join(' '));
  });

  it('a key carries no ownership that nobody named', async () => {
    await start();
    const owner = await makeUser({ roles: ['owner'] });
    const second = await makeUser({ orgId: owner.orgId, roles: ['owner'] });
    const { body } = await post(
      '/api/v1/api-keys',
      { name: 'k', permissions: ['users.manage', 'roles.manage'] },
      api.ownToken(owner),
    );
    assert.equal(
      (await patch(`/api/v1/org/users/${second.userId}`, { platform_status: 'SUSPENDED' }, body.key)).status,
      403,
    );
  });

  it('a role with a permission that is no more can be changed', async () => {
    await start();
    const owner = await makeUser({ roles: ['owner'] });
    const { body } = await post('/api/v1/roles', { name: 'old', permissions: ['users.read'] }, api.ownToken(owner));
    await api.database.rows(`update roles set permissions = '{users.read,gone.away}' where id = $1`, [body.id]);
    assert.equal((await patch(`/api/v1/roles/${body.id}`, { permissions: [] }, api.ownToken(owner))).status, 200);
  });

  it('two admins adding the same person at once: the second hears that they are there', async () => {
    await start();
    const token = api.ownToken(await makeUser({ roles: ['owner'] }));
    const add = () => post('/api/v1/org/users', { email: 'dup@example.com' }, token);
    assert.deepEqual(
      (await Promise.all([add(), add()])).map(({ status }) => status),
      [201, 201],
    );
  });
});
