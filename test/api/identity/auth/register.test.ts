import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeOrganization, makeUser } from '../../../support/factories-identity.ts';
import { actionsOn, login, mailedTokens } from './world.ts';

interface Registered {
  readonly id: string;
  readonly email: string;
  readonly tenant_id: string;
  readonly created_at: string;
  readonly detail?: string;
  readonly issues?: readonly { readonly loc: readonly string[]; readonly msg: string }[];
}

const password = 'quite long enough';

describe('registering an organisation', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.close());

  const register = (body: object, path = '/api/v1/auth/register') => api.call<Registered>('post', path, { body });
  const refused = async (body: object, status: number, detail: string | RegExp): Promise<void> => {
    const reply = await register(body);
    assert.equal(reply.status, status, JSON.stringify(reply.body));
    assert.match(reply.body.detail ?? '', typeof detail === 'string' ? new RegExp(`^${detail}$`) : detail);
    assert.ok(!JSON.stringify(reply.body).includes(password), 'the password comes back');
  };

  it('answers 200 on one path and 201 on the other, with one object, and takes either name of the name', async () => {
    for (const [path, status, key] of [
      ['/users/register', 200, 'tenant_name'],
      ['/users/register', 200, 'name'],
      ['/api/v1/auth/register', 201, 'name'],
      ['/api/v1/auth/register', 201, 'tenant_name'],
    ] as const) {
      const email = `${key}${status}@example.com`;
      const reply = await register({ [key]: `Org ${key} ${status}`, email, password }, path);
      assert.equal(reply.status, status);
      assert.deepEqual(Object.keys(reply.body).sort(), ['created_at', 'email', 'id', 'tenant_id']);
      assert.equal(reply.body.email, email);
    }
  });

  it('makes the owner, who can sign in, create simulations, and is in the trail without the password', async () => {
    const { body } = await register({ name: 'Whole & Co', email: ' Ada@Whole.example ', password });
    assert.equal(body.email, 'ada@whole.example');
    const { body: tokens } = await login(api, 'ada@whole.example', password);
    const me = await api.call('get', '/users/me', { token: tokens.access_token });
    assert.deepEqual([me.body['id'], me.body['tenant_id'], me.body['org_id']], [body.id, body.tenant_id, 'whole-co']);
    assert.deepEqual(me.body['roles'], ['owner', 'recruiter']);
    const simulation = { title: 'T', role: 'R', techStack: 'S', seniority: 'Mid', focus: '' };
    const created = await api.call('post', '/api/simulations', { token: tokens.access_token, body: simulation });
    assert.equal(created.status, 201);
    assert.deepEqual(await actionsOn(api, body.id), ['user.created', 'user.signed_in']);
    const trail = await api.database.rows<{ body: string }>('select body from audit_entries where org_id = $1', [
      body.tenant_id,
    ]);
    assert.ok(!JSON.stringify(trail).includes(password) && !JSON.stringify(trail).includes('$argon2'));
    const [row] = await api.database.rows<{ password_hash: string }>('select password_hash from users where id = $1', [
      body.id,
    ]);
    assert.match(row?.password_hash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('mails a link that proves the address, once', async () => {
    const { body } = await register({ name: 'Proof Inc', email: 'proof@example.com', password });
    const [token = ''] = await mailedTokens(api, 'proof@example.com', 'verify_email');
    const message = api.delivered.find(({ start }) => start.ref === `account-${body.id}`);
    assert.equal(message?.start.type, 'email');
    assert.ok(!JSON.stringify(message).includes(token), 'the token is in the workflow');
    const open = () => api.call('post', '/api/v1/auth/verify-email', { body: { token, password } });
    assert.equal((await open()).status, 204);
    assert.deepEqual((await actionsOn(api, body.id)).at(-1), 'user.email_verified');
    const again = await open();
    assert.deepEqual([again.status, again.body['errorCode']], [400, 'LINK_INVALID']);
  });

  it('refuses an e-mail that any organisation has, in any writing', async () => {
    await makeUser({ email: 'known@example.com' });
    for (const email of [
      'known@example.com',
      'KNOWN@Example.COM',
      ' known@example.com',
      'ｋnown@example.com',
      '\u212Anown@example.com',
    ]) {
      await refused({ name: 'Another', email, password }, 400, 'Email already registered');
    }
  });

  it('refuses a name that is taken: nobody joins by a name', async () => {
    const { name } = await makeOrganization();
    const detail = 'Organization name already exists. Please choose a different name.';
    for (const [path, same] of [
      ['/users/register', name],
      ['/api/v1/auth/register', ` ${name.replace(' ', '  ')} `],
    ] as const) {
      const reply = await register({ name: same, email: 'joiner@example.com', password }, path);
      assert.deepEqual([reply.status, reply.body.detail], [400, detail]);
    }
  });

  it('ten times at once with one name has one winner, and 400 for the rest', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) => register({ name: 'Rush Hour', email: `rush${n}@example.com`, password })),
    );
    const statuses = replies.map(({ status }) => status).toSorted((a, b) => a - b);
    assert.deepEqual(statuses, [201, ...Array.from({ length: 9 }, () => 400)]);
    const left = await api.database.rows(`select email from users where email like 'rush%'`);
    assert.equal(left.length, 1);
  });

  it('ten times at once with one e-mail has one winner, and 400 for the rest', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) => register({ name: `Rush ${n}`, email: 'rusher@example.com', password })),
    );
    assert.equal(replies.filter(({ status }) => status === 201).length, 1);
    const rest = replies.filter(({ status }) => status !== 201);
    assert.ok(rest.every(({ status, body }) => status === 400 && body.detail === 'Email already registered'));
    assert.equal((await api.database.rows(`select id from organizations where name like 'Rush _'`)).length, 1);
  });

  it('wants a name, an address and a password that not everybody tries first', async () => {
    const whole = { name: 'Fine', email: 'fine@example.com', password };
    await refused({ ...whole, name: undefined }, 422, /name/);
    await refused({ ...whole, name: '  ' }, 422, /name/);
    await refused({ ...whole, name: 'x'.repeat(201) }, 422, /name/);
    await refused({ ...whole, email: 'no address' }, 422, /email/);
    await refused({ ...whole, email: undefined }, 422, /email/);
    await refused({ ...whole, password: undefined }, 422, /password/);
    await refused({ ...whole, password: 'short12' }, 422, /at least 8 characters/);
    await refused({ ...whole, password: 'Password1' }, 422, /most common/);
    await refused({ ...whole, password: 'fine@example.com' }, 422, /your e-mail/);
    await refused({ ...whole, password: 7 }, 422, /password/);
    assert.deepEqual(await api.database.rows(`select id from organizations where name = 'Fine'`), []);
  });

  it('refuses ten megabytes before it reads them, and a long password before it hashes it', async () => {
    const huge = await register({ name: 'Huge', email: 'huge@example.com', password: 'x'.repeat(10 * 1024 * 1024) });
    assert.deepEqual([huge.status, huge.body.detail], [413, 'Request body too large']);
    await refused({ name: 'Long', email: 'long@example.com', password: 'x'.repeat(257) }, 422, /256/);
  });

  it('counts a settable number of characters, as people do', async () => {
    const strict = await startTestApi({ environment: { TENON_PASSWORD_MIN_LENGTH: '10' } });
    const call = (text: string) =>
      strict.call('post', '/users/register', { body: { name: `N ${text}`, email: 'p@example.com', password: text } });
    assert.equal((await call('🔑🔑🔑🔑🔑')).status, 422);
    assert.equal((await call('🔑🔑🔑🔑🔑🔒🔒🔒🔒🔒')).status, 200);
    await strict.close();
  });
});

describe('where an e-mail must be proven before one signs in', () => {
  it('the right password is told so, and the link of another mail opens the door', async () => {
    const api = await startTestApi({ environment: { TENON_EMAIL_VERIFICATION: 'required' } });
    const email = 'later@example.com';
    await api.call('post', '/api/v1/auth/register', { body: { name: 'Later', email, password } });
    const early = await login(api, email, password);
    assert.deepEqual([early.status, early.body.detail], [403, 'Email verification required']);
    assert.equal((await login(api, email, 'wrong password')).status, 401, 'who has not the password hears nothing');
    const asked = await api.call('post', '/api/v1/auth/resend-verification', { body: { email } });
    assert.equal(asked.status, 202);
    const tokens = await mailedTokens(api, email, 'verify_email');
    assert.equal(tokens.length, 1, 'the first link is good no longer');
    await api.call('post', '/api/v1/auth/verify-email', { body: { token: tokens[0], password } });
    assert.equal((await login(api, email, password)).status, 200);
    await api.close();
  });
});

describe('an account that somebody registered with another’s address', () => {
  it('is not what the owner of the address gets who comes from an outside provider', async () => {
    const api = await startTestApi();
    const email = 'victim@example.com';
    const squatter = await api.call('post', '/api/v1/auth/register', { body: { name: 'Squat', email, password } });
    const me = await api.call('get', '/users/me', { token: api.recruiterToken(email) });
    assert.equal(me.status, 200);
    assert.notEqual(me.body['tenant_id'], squatter.body['tenant_id']);
    await api.close();
  });

  it('once proven is theirs for the outside provider too', async () => {
    const api = await startTestApi();
    const email = 'honest@example.com';
    const mine = await api.call('post', '/api/v1/auth/register', { body: { name: 'Honest', email, password } });
    const [token] = await mailedTokens(api, email, 'verify_email');
    await api.call('post', '/api/v1/auth/verify-email', { body: { token, password } });
    const me = await api.call('get', '/users/me', { token: api.recruiterToken(email) });
    assert.equal(me.body['id'], mine.body['id']);
    await api.close();
  });
});
