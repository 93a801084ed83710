import assert from 'node:assert/strict';
import type { PasswordHasher } from '../../../../core/passwords.ts';
import { passwordHasher } from '../../../../core/passwords.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeOrganization, makeUser } from '../../../support/factories-identity.ts';
import { actionsOn, login, type Tokens } from './world.ts';

describe('signing in with a password', () => {
  let api: TestApi;
  let user: UserActor;
  /** Against which hashes a password was checked. */
  const checked: (string | null)[] = [];
  before(async () => {
    const real = passwordHasher();
    const passwords: PasswordHasher = {
      hash: (password) => real.hash(password),
      matches: (password, hashed) => {
        checked.push(hashed);
        return real.matches(password, hashed);
      },
    };
    api = await startTestApi({ app: { passwords } });
    user = await makeUser({ email: 'ada@example.com', password: goodPassword });
  });
  after(() => api.close());
  beforeEach(() => void checked.splice(0));

  const form = (body: string, headers: Readonly<Record<string, string>> = {}) =>
    api.call<Tokens>('post', '/token', {
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const formOf = (username: string, password: string, rest = {}): string =>
    new URLSearchParams({ username, password, ...rest }).toString();

  it('gives a pair of tokens that open the door, and records it', async () => {
    const { status, body, headers } = await login(api, 'ada@example.com', goodPassword);
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).sort(), [
      'access_token',
      'expires_in',
      'must_change_password',
      'refresh_token',
      'token_type',
    ]);
    assert.deepEqual([body.token_type, body.expires_in, body.must_change_password], ['bearer', 1_800, false]);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal((await api.call('get', '/api/auth/me', { token: body.access_token })).body['id'], user.userNumber);
    assert.equal((await actionsOn(api, user.userId)).at(-1), 'user.signed_in');
  });

  it('by a form gives just an access token, and takes what else a password grant may say', async () => {
    const { status, body } = await form(formOf('ada@example.com', goodPassword, { grant_type: 'password', scope: '' }));
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).sort(), ['access_token', 'token_type']);
    assert.equal((await api.call('get', '/users/me', { token: body.access_token })).status, 200);
  });

  it('knows an e-mail in any case and writing', async () => {
    for (const email of ['ADA@example.com', ' ada@EXAMPLE.com ', 'ａda@example.com']) {
      assert.equal((await login(api, email, goodPassword)).status, 200, email);
    }
  });

  it('refuses a wrong password and an unknown e-mail alike, after the same work', async () => {
    for (const [email, password] of [
      ['ada@example.com', 'wrong password'],
      ['nobody@example.com', goodPassword],
      ['no address at all', goodPassword],
    ] as const) {
      checked.splice(0);
      for (const reply of [await login(api, email, password), await form(formOf(email, password))]) {
        assert.deepEqual([reply.status, reply.body.detail], [401, 'Incorrect email or password'], email);
        assert.match(reply.headers.get('www-authenticate') ?? '', /^Bearer/);
      }
      assert.equal(checked.length, 2, 'one check a try');
    }
    assert.equal((await actionsOn(api, user.userId)).at(-1), 'user.sign_in_failed');
  });

  it('refuses an account that has no password, after the same work', async () => {
    await makeUser({ email: 'outside@example.com' });
    assert.equal((await login(api, 'outside@example.com', goodPassword)).status, 401);
    assert.deepEqual(checked, [null]);
  });

  it('wants both fields', async () => {
    for (const body of [
      {},
      { email: 'ada@example.com' },
      { password: 'x' },
      { email: 'ada@example.com', password: '' },
    ]) {
      assert.equal((await api.call('post', '/api/v1/auth/login', { body })).status, 422, JSON.stringify(body));
    }
    assert.equal((await form('username=ada')).status, 422);
    assert.equal((await form('')).status, 422);
    const json = await api.call('post', '/token', { body: { username: 'ada@example.com', password: goodPassword } });
    assert.equal(json.status, 415);
  });

  it('refuses a deactivated account only to who knows its password', async () => {
    const gone = await makeUser({ email: 'gone@example.com', password: goodPassword });
    await api.database.rows('update users set is_active = false where id = $1', [gone.userId]);
    assert.equal((await login(api, 'gone@example.com', 'wrong password')).status, 401);
    const { status, body } = await login(api, 'gone@example.com', goodPassword);
    assert.deepEqual([status, body.errorCode], [403, 'ACCOUNT_INACTIVE']);
  });

  it('with one e-mail and password in several organisations asks which, and lists only those that it opens', async () => {
    const orgs = [await makeOrganization(), await makeOrganization(), await makeOrganization()] as const;
    const [one, two, other] = orgs;
    const email = 'several@example.com';
    for (const org of [one, two]) await makeUser({ orgId: org.id, email, password: goodPassword });
    await makeUser({ orgId: other.id, email, password: 'An0ther one, here' });
    const asked = await login(api, email, goodPassword);
    assert.deepEqual([asked.status, asked.body.errorCode], [409, 'ORG_REQUIRED']);
    const listed = (asked.body.organizations ?? []).map(({ id, name }) => `${id} ${name}`);
    assert.deepEqual(listed.toSorted(), [one, two].map(({ id, name }) => `${id} ${name}`).toSorted());
    for (const [header, org] of [
      [one.slug, one],
      [two.id.toUpperCase(), two],
    ] as const) {
      const { status, body } = await login(api, email, goodPassword, { 'x-org-id': header });
      assert.equal(status, 200);
      const me = await api.call('get', '/users/me', { token: body.access_token });
      assert.equal(me.body['tenant_id'], org.id);
    }
    assert.equal((await login(api, email, goodPassword, { 'x-org-id': other.slug })).status, 401);
    assert.equal((await login(api, email, 'An0ther one, here')).status, 200, 'one that it opens needs no choice');
  });

  it('in an organisation that is not there or cannot be is refused with words', async () => {
    const unknown = await login(api, 'ada@example.com', goodPassword, { 'x-org-id': 'no-such-org' });
    assert.deepEqual([unknown.status, unknown.body.detail], [404, 'Org not found: no-such-org']);
    const bad = await login(api, 'ada@example.com', goodPassword, { 'x-org-id': 'No Org' });
    assert.deepEqual([bad.status, bad.body.detail], [400, 'Invalid tenant id format: No Org']);
  });

  it('is locked after five failures, also for the right password, and opens when the time is over', async () => {
    const email = 'locked@example.com';
    await makeUser({ email, password: goodPassword });
    for (let n = 0; n < 5; n += 1) assert.equal((await login(api, email, `wrong ${n}`)).status, 401);
    const { status, body, headers } = await login(api, email, goodPassword);
    assert.deepEqual([status, body.detail], [429, 'Account temporarily locked due to failed attempts']);
    assert.ok(Number(headers.get('retry-after')) > 890);
    await api.database.rows('update sign_in_failures set expire = 0');
    assert.equal((await login(api, email, goodPassword)).status, 200);
  });

  it('keeps the failures of an address when just one of its accounts was opened: nobody clears the way for guessing', async () => {
    const email = 'guessed@example.com';
    const victim = await makeUser({ email, password: goodPassword });
    const planted = await makeUser({ email, password: 'Kn0wn to the attacker' });
    const header = { 'x-org-id': planted.orgSlug };
    for (let n = 0; n < 4; n += 1) {
      assert.equal((await login(api, email, `guess ${n}`, { 'x-org-id': victim.orgSlug })).status, 401);
      assert.equal((await login(api, email, 'Kn0wn to the attacker', header)).status, 200);
    }
    assert.equal((await login(api, email, 'guess 5', { 'x-org-id': victim.orgSlug })).status, 401);
    assert.equal((await login(api, email, goodPassword, { 'x-org-id': victim.orgSlug })).status, 429);
  });

  it('is tried on eight accounts of one e-mail at most', async () => {
    const email = 'many@example.com';
    for (let n = 0; n < 10; n += 1) await makeUser({ email, password: `Number ${n} of them, yes` });
    checked.splice(0);
    assert.equal((await login(api, email, 'none of them')).status, 401);
    assert.equal(checked.length, 8);
  });
});

describe('checking passwords', () => {
  it('goes on beside the event loop, two at a time, and says so when too many wait', async () => {
    const hasher = passwordHasher();
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    const waiting = Array.from({ length: 150 }, () => hasher.matches('x', null));
    await Promise.all(waiting.slice(0, 10));
    assert.ok(turns > 5, `the loop turned ${turns} times`);
    const tooMany = Array.from({ length: 120 }, () => hasher.matches('x', null));
    const refused = (await Promise.allSettled(tooMany)).filter((one) => one.status === 'rejected');
    assert.ok(
      refused.length > 0 && refused.every(({ reason }) => (reason as { code: string }).code === 'SIGN_IN_BUSY'),
    );
    clearInterval(counting);
    await Promise.all(waiting);
  }).timeout(60_000);

  it('takes composed and decomposed accents for the same', async () => {
    const hasher = passwordHasher();
    const hashed = await hasher.hash('Gr\u00fc\u00dfe an alle');
    assert.equal(await hasher.matches('Gru\u0308\u00dfe an alle', hashed), true);
    assert.equal(await hasher.matches('Grusse an alle', hashed), false);
  });
});
