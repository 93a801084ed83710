import assert from 'node:assert/strict';
import { startTestApi, type Reply, type TestApi } from '../../support/api.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { candidateOf } from '../hiring/world.ts';
import { freeProbe, from, openProbe, readMine, runProbe, signInProbe, writeMine } from './limited-probes.ts';

const endpoints = [readMine, writeMine, runProbe, openProbe, freeProbe, signInProbe];

describe('rate limits', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi({
      endpoints,
      environment: {
        TENON_RATE_LIMITS: '{"read":"3/600","write":"2/600","run":"2/600","open":"3/600","sign_in":"4/600"}',
        TENON_TRUST_PROXY: '1',
        TENON_CORS_ALLOW_ORIGINS: 'https://portal.example',
      },
    });
  });
  beforeEach(async () => {
    await api.database.rows('truncate rate_limits');
  });
  after(() => api.close());

  const call = (method: string, path: string, options: object = {}) => api.call(method, path, options);
  async function statuses(times: number, send: () => Promise<Reply<unknown>>): Promise<number[]> {
    const seen: number[] = [];
    for (let sent = 0; sent < times; sent += 1) seen.push((await send()).status);
    return seen;
  }
  const signedIn = async (fields: object = {}) => {
    const { email } = await makeUser(fields);
    return { token: api.recruiterToken(email), email };
  };

  it('refuse with 429, how long to wait, and what is allowed', async () => {
    const { token } = await signedIn();
    const first = await call('get', '/probe/mine', { token });
    assert.equal(first.headers.get('ratelimit-policy'), '"read";q=3;w=600');
    assert.match(first.headers.get('ratelimit') ?? '', /^"read";r=2;t=\d+$/);
    assert.equal(first.headers.get('retry-after'), null);
    assert.deepEqual(await statuses(2, () => call('get', '/probe/mine', { token })), [204, 204]);
    const { status, body, headers } = await call('get', '/probe/mine', { token });
    assert.equal(status, 429);
    assert.equal(body['errorCode'], 'RATE_LIMITED');
    assert.equal(body['detail'], 'Too many requests. Please slow down.');
    assert.equal(body['retryable'], true);
    assert.equal(headers.get('ratelimit-policy'), '"read";q=3;w=600');
    const [, seconds] = /^"read";r=0;t=(\d+)$/.exec(headers.get('ratelimit') ?? '') ?? [];
    assert.equal(headers.get('retry-after'), seconds);
    assert.ok(Number(seconds) > 0 && Number(seconds) <= 600, 'within the window');
  });

  it('show browsers how much is left, also when it is refused for another reason', async () => {
    const { token } = await signedIn();
    const headers = { origin: 'https://portal.example' };
    const refused = await call('post', '/probe/mine', { token, headers, body: {} });
    assert.equal(refused.status, 422);
    assert.match(refused.headers.get('ratelimit') ?? '', /^"write";r=1;/);
    const exposed = refused.headers.get('access-control-expose-headers') ?? '';
    for (const name of ['ratelimit', 'ratelimit-policy', 'retry-after']) assert.ok(exposed.includes(name), exposed);
  });

  it('count each class for itself, before the body is read', async () => {
    const { token } = await signedIn();
    const post = () => call('post', '/probe/mine', { token, body: '{"broken' });
    assert.deepEqual(await statuses(3, post), [400, 400, 429]);
    assert.equal((await call('get', '/probe/mine', { token })).status, 204);
  });

  it('count each account for itself, wherever it is, and in each organisation', async () => {
    const first = await signedIn();
    const [{ org_id: orgId } = { org_id: '' }] = await api.database.rows<{ org_id: string }>(
      'select org_id from users where email = $1',
      [first.email],
    );
    const colleague = await signedIn({ orgId });
    const get = (token: string, address: string) => () => call('get', '/probe/mine', { token, headers: from(address) });
    assert.deepEqual(await statuses(3, get(first.token, '192.0.2.1')), [204, 204, 204]);
    assert.deepEqual(await statuses(1, get(first.token, '198.51.100.1')), [429]);
    assert.deepEqual(await statuses(1, get(colleague.token, '192.0.2.1')), [204]);

    const { email } = await makeUser({ isSuperuser: true });
    const token = api.recruiterToken(email);
    const crossing = () => call('get', '/probe/mine', { token, headers: { 'x-org-id': orgId } });
    assert.deepEqual(await statuses(3, () => call('get', '/probe/mine', { token })), [204, 204, 204]);
    assert.deepEqual(await statuses(1, crossing), [204], 'the same person in another organisation');
  });

  it('count each candidate for itself', async () => {
    const [one, other] = [candidateOf(api), candidateOf(api)];
    assert.deepEqual(await statuses(3, () => call('post', '/probe/run', one)), [204, 204, 429]);
    assert.deepEqual(await statuses(1, () => call('post', '/probe/run', other)), [204]);
  });

  it('count before sign-in by network: an IPv4 /24, an IPv6 /64', async () => {
    const open = (address: string) => async () => call('get', '/probe/open', { headers: from(address) });
    assert.deepEqual(await statuses(3, open('192.0.2.1')), [204, 204, 204]);
    assert.deepEqual(await statuses(1, open('192.0.2.254')), [429]);
    assert.deepEqual(await statuses(1, open('::ffff:192.0.2.7')), [429], 'IPv4 in IPv6');
    assert.deepEqual(await statuses(1, open('192.0.3.1')), [204]);
    assert.deepEqual(await statuses(3, open('2001:db8:0:1::1')), [204, 204, 204]);
    assert.deepEqual(await statuses(1, open('2001:db8::1:ffff:ffff:ffff:ffff')), [429]);
    assert.deepEqual(await statuses(1, open('2001:db8:0:2::1')), [204]);
  });

  it('count the e-mail of a sign-in wherever it is tried from, and however it is written', async () => {
    const sign = (email: string, address: string) =>
      call('post', '/probe/sign-in', { body: { email }, headers: from(address) });
    for (let n = 1; n <= 4; n += 1) assert.equal((await sign('Ada@Example.com', `192.0.${n}.1`)).status, 204);
    const refused = await sign(' ada@example.COM', '192.0.99.1');
    assert.deepEqual([refused.status, refused.headers.get('ratelimit')?.slice(0, 13)], [429, '"sign_in";r=0']);
    assert.equal((await sign('bob@example.com', '192.0.1.1')).status, 204);
  });

  it('tell of address and e-mail what is closer to its end', async () => {
    const left = async (email: string, address: string) => {
      const reply = await call('post', '/probe/sign-in', { body: { email }, headers: from(address) });
      return /r=(\d)/.exec(reply.headers.get('ratelimit') ?? '')?.[1];
    };
    assert.equal(await left('eve@example.com', '203.0.113.1'), '3');
    assert.equal(await left('joe@example.com', '203.0.113.1'), '2', 'of the address');
    assert.equal(await left('eve@example.com', '203.1.113.1'), '2', 'of the e-mail');
  });

  it('do not count what is exempt', async () => {
    const reply = await call('get', '/probe/free', { headers: from('192.0.2.1') });
    assert.deepEqual([reply.status, reply.headers.get('ratelimit')], [204, null]);
    assert.deepEqual(await api.database.rows('select from rate_limits'), []);
  });

  it('keep no e-mail and no address in plain text', async () => {
    const email = 'very.personal@example.com';
    const headers = from('203.0.113.77');
    await call('post', '/probe/sign-in', { body: { email }, headers });
    await call('post', '/probe/run', { ...candidateOf(api, email, { sub: `idp|${email}` }), headers });
    await call('get', '/probe/mine', { headers });
    const keys = (await api.database.rows<{ key: string }>('select key from rate_limits')).map(({ key }) => key);
    assert.equal(keys.length, 4);
    for (const key of keys) assert.doesNotMatch(key, /personal|example|203\.0|@|idp/);
  });
});

describe('rate limits that nobody has set', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi({ endpoints });
  });
  after(() => api.close());

  it('limit nothing in a test, and ask the database nothing', async () => {
    const { status, headers } = await api.call('get', '/probe/open');
    assert.deepEqual([status, headers.get('ratelimit'), headers.get('ratelimit-policy')], [204, null, null]);
    assert.deepEqual(await api.database.rows('select from rate_limits'), []);
  });
});
