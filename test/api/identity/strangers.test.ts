import assert from 'node:assert/strict';
import { passwordHasher, type PasswordHasher } from '../../../core/passwords.ts';
import { seed } from '../../../scripts/seed.ts';
import { seedPlan } from '../../../scripts/seed/plan.ts';
import { startTestApi, type TestApi, type TestApiOptions } from '../../support/api.ts';
import { goodPassword, makeOrganization, makeUser } from '../../support/factories-identity.ts';
import { callsOf } from './calls.ts';
import { login, mailedTokens } from './auth/world.ts';

const other = 'An0ther, better one';
const evilPassword = 'Evil pass 12345';

describe('a stranger who knows an address, a name or an old password', () => {
  let api: TestApi;
  const start = async (options: TestApiOptions = {}) => void (api = await startTestApi(options));
  afterEach(() => api.close());
  const { post, get, patch, ...calls } = callsOf(() => api);
  const register = (name: string, email: string) => calls.register(name, email, evilPassword);
  const profile = (email: string) => get('/api/v1/self/profile', api.recruiterToken(email));

  it('gets nothing by an old password once it has been replaced, also in the middle of a sign-in', async () => {
    const real = passwordHasher();
    let meanwhile: (() => Promise<unknown>) | undefined;
    const passwords: PasswordHasher = {
      hash: (password) => real.hash(password),
      async matches(password, hashed) {
        const right = await real.matches(password, hashed);
        const once = meanwhile;
        meanwhile = undefined;
        await once?.();
        return right;
      },
    };
    await start({ app: { passwords } });
    await makeUser({ email: 'ada@example.com', password: goodPassword });
    await post('/api/v1/auth/forgot-password', { email: 'ada@example.com' });
    const [token = ''] = await mailedTokens(api, 'ada@example.com', 'reset_password');
    meanwhile = () => post('/api/v1/auth/reset-password', { token, password: other });
    const { body } = await login(api, 'ada@example.com', goodPassword);
    assert.notEqual((await get('/users/me', body.access_token)).status, 200);
  });

  it('keeps no refresh token of a temporary password once its owner has come by another way', async () => {
    await start();
    const org = await makeOrganization();
    const hr = await makeUser({ orgId: org.id, roles: ['hr'] });
    await post('/api/v1/org/users', { email: 'new@example.com', temporary_password: goodPassword }, api.ownToken(hr));
    const { body } = await login(api, 'new@example.com', goodPassword);
    assert.equal((await profile('new@example.com')).status, 200);
    assert.equal((await post('/api/v1/auth/refresh', { refresh_token: body.refresh_token })).status, 401);
  });

  it('keeps no password that was chosen in between either', async () => {
    await start();
    const hr = await makeUser({ roles: ['hr'] });
    await post('/api/v1/org/users', { email: 'new@example.com', temporary_password: goodPassword }, api.ownToken(hr));
    const { body } = await login(api, 'new@example.com', goodPassword);
    await post(
      '/api/v1/auth/change-password',
      { current_password: goodPassword, new_password: other },
      body.access_token,
    );
    assert.equal((await profile('new@example.com')).status, 200);
    assert.equal((await login(api, 'new@example.com', other)).status, 401);
  });

  it('shares no account with who presses the link of a mail', async () => {
    await start();
    await register('Evil', 'victim@example.com');
    const [token = ''] = await mailedTokens(api, 'victim@example.com', 'verify_email');
    for (const password of [goodPassword, '']) await post('/api/v1/auth/verify-email', { token, password });
    const mine = (await profile('victim@example.com')).body.user.id;
    const theirs = (await login(api, 'victim@example.com', evilPassword)).body.access_token;
    assert.ok(theirs === undefined || (await get('/users/me', theirs)).body.id !== mine);
  });

  it('cannot push an account out of its own sign-in and reset', async () => {
    await start();
    const victim = await makeUser({ email: 'v@example.com', password: goodPassword });
    for (let n = 0; n < 8; n += 1) {
      // ids are random: of 100 organisations that somebody registers, eight come first as surely
      const { id } = await makeOrganization({ id: `00000000-0000-4000-8000-00000000000${n}` });
      const evil = await makeUser({ orgId: id, roles: ['owner'] });
      await post('/api/v1/org/users', { email: 'v@example.com' }, api.ownToken(evil));
    }
    await post('/api/v1/auth/forgot-password', { email: 'v@example.com' });
    const links = await api.database.rows('select from account_links where org_id = $1', [victim.orgId]);
    assert.deepEqual([(await login(api, 'v@example.com', goodPassword)).status, links.length], [200, 1]);
  });

  it('cannot be found in the place of another organisation', async () => {
    await start();
    const victim = await makeOrganization();
    await register(victim.id, 'evil@example.com');
    await api.database.rows('update organizations set updated_at = now() where id = $1', [victim.id]);
    const superuser = api.ownToken(await makeUser({ isSuperuser: true }));
    const { body } = await get('/api/v1/org/users', superuser, { 'x-org-id': victim.id });
    assert.deepEqual(body.items, [], 'the organisation entered has nobody');
  });

  it('cannot catch a first sign-in by an account that is switched off', async () => {
    await start();
    const evil = api.ownToken(await makeUser({ roles: ['owner'] }));
    const { body } = await post('/api/v1/org/users', { email: 'victim@example.com' }, evil);
    await patch(`/api/v1/org/users/${body.membership.id}`, { platform_status: 'SUSPENDED' }, evil);
    assert.equal((await profile('victim@example.com')).status, 200);
  });

  it('cannot catch a later one by an account that was left either', async () => {
    await start();
    const [a, b] = [
      api.ownToken(await makeUser({ roles: ['owner'] })),
      api.ownToken(await makeUser({ roles: ['owner'] })),
    ];
    const { body } = await post('/api/v1/org/users', { email: 'p@example.com' }, a);
    await profile('p@example.com');
    await patch(`/api/v1/org/users/${body.membership.id}`, { platform_status: 'SUSPENDED' }, a);
    await post('/api/v1/org/users', { email: 'p@example.com' }, b);
    assert.equal((await profile('p@example.com')).status, 200);
  });

  it('is not told when and from where somebody mistyped a password', async () => {
    await start();
    await makeUser({ email: 'v@example.com', password: goodPassword });
    const evil = await makeUser({ roles: ['owner'] });
    await post('/api/v1/org/users', { email: 'v@example.com' }, api.ownToken(evil));
    await login(api, 'v@example.com', 'mistyped');
    const rows = await api.database.rows(
      `select from audit_entries where org_id = $1 and action = 'user.sign_in_failed'`,
      [evil.orgId],
    );
    assert.equal(rows.length, 0);
  });

  it('cannot use an invitation once the person has come by another way', async () => {
    await start();
    const owner = api.ownToken(await makeUser({ roles: ['owner'] }));
    await post('/api/v1/org/users', { email: 'n@example.com' }, owner);
    const [token = ''] = await mailedTokens(api, 'n@example.com', 'accept_invitation');
    await profile('n@example.com');
    assert.equal((await post('/api/v1/auth/accept-invitation', { token, password: other })).status, 400);
  });

  it('gets no superuser of the seed into an organisation that was registered before', async () => {
    await start();
    await register('tenon', 'squatter@example.com');
    const plan = seedPlan({
      ENVIRONMENT: 'production',
      SEED_ADMIN_EMAIL: 'root@example.com',
      SEED_ADMIN_PASSWORD: 'Seed-1-aaaaaaaaaaaaa',
    });
    await assert.rejects(seed(api.app.uow, plan));
  });
});
