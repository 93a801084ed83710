import assert from 'node:assert/strict';
import { recruiter } from '../../../api/actors.ts';
import { endpoint, empty } from '../../../api/endpoint.ts';
import { permit } from '../../../core/permit.ts';
import { mayReadOwnAccount } from '../../../domain/identity/policies.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { foreignKey, startTestIssuer, type Claims, type MintOptions } from '../../support/tokens.ts';

const PATH = '/api/auth/me';

describe('a bearer token', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.close());

  const now = (): number => Math.floor(Date.now() / 1000);
  const claims = (changes: Claims = {}): Claims => ({
    sub: 'auth0|ada',
    email: 'ada@example.com',
    email_verified: true,
    permissions: ['recruiter:access'],
    ...changes,
  });
  const knock = async (
    token: string,
  ): Promise<{ status: number; detail: unknown; code: unknown; challenge: string | null }> => {
    const { status, body, headers } = await api.call('get', PATH, { token });
    return { status, detail: body['detail'], code: body['errorCode'], challenge: headers.get('www-authenticate') };
  };
  const refuses = async (changes: Claims, options: MintOptions, detail: string): Promise<void> => {
    const answer = await knock(api.issuer.mint(claims(changes), options));
    assert.deepEqual([answer.status, answer.detail], [401, detail]);
    assert.equal(answer.challenge, 'Bearer realm="tenon", error="invalid_token"');
  };

  it('opens the door when it is right', async () => {
    assert.equal((await knock(api.issuer.mint(claims()))).status, 200);
  });

  it('must be there: no header, another scheme, a scheme without a token', async () => {
    for (const authorization of [undefined, 'Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b']) {
      const { status, body, headers } = await api.call('get', PATH, {
        headers: authorization === undefined ? {} : { authorization },
      });
      assert.equal(status, 401);
      assert.equal(body['detail'], 'Not authenticated');
      assert.equal(headers.get('www-authenticate'), 'Bearer realm="tenon"');
    }
  });

  it('must have a readable header with a kid and an asymmetric algorithm', async () => {
    for (const token of ['garbage', 'a.b.c', `${Buffer.from('[1').toString('base64url')}.e30.x`]) {
      assert.equal((await knock(token)).detail, 'Invalid token header');
    }
    await refuses({}, { header: { kid: undefined } }, 'Token header missing kid');
    await refuses({}, { header: { alg: 'none' }, unsigned: true }, 'Invalid token algorithm');
    await refuses({}, { header: { alg: undefined } }, 'Invalid token algorithm');
    await refuses({}, { header: { alg: 'HS256' }, hmacSecret: api.issuer.publicPem }, 'Invalid token algorithm');
  });

  it('must be signed by a published key', async () => {
    await refuses({}, { key: foreignKey }, 'Invalid token');
    await refuses({}, { unsigned: true }, 'Invalid token');
    await refuses({}, { hmacSecret: api.issuer.publicPem }, 'Invalid token');
    const token = api.issuer.mint(claims());
    const [header, , signature] = token.split('.');
    const payload = Buffer.from(JSON.stringify({ ...claims(), iss: api.issuer.issuer, exp: now() + 60 }));
    const changed = [header, payload.toString('base64url'), signature].join('.');
    assert.equal((await knock(changed)).detail, 'Invalid token');
  });

  it('must come from our issuer and be meant for us', async () => {
    await refuses({ iss: 'https://elsewhere.test/' }, {}, 'Invalid token');
    await refuses({ iss: null }, {}, 'Invalid token');
    await refuses({ aud: 'https://another-api.test' }, {}, 'Invalid token');
    await refuses({ aud: null }, {}, 'Invalid token');
    assert.equal((await knock(api.issuer.mint(claims({ aud: ['x', api.issuer.audience] })))).status, 200);
  });

  it('is no id token: that is meant for the client, whatever it says of its bearer', async () => {
    await refuses(
      { aud: 'client-of-the-portal', nonce: 'n-0S6_WzA2Mj', at_hash: '77QmUPtjPfzWtF2AnpK9RQ' },
      {},
      'Invalid token',
    );
  });

  it('of another issuer with a good signature of its own stays outside', async () => {
    const other = await startTestIssuer();
    other.rotate();
    assert.equal((await knock(other.mint(claims()))).detail, 'Invalid token');
    const pretending = await knock(other.mint(claims({ iss: api.issuer.issuer })));
    assert.equal(pretending.status, 401);
    assert.equal(other.fetches, 0);
    await other.close();
  });

  it('ends, and has begun, within a minute of our clock', async () => {
    await refuses({ exp: now() - 61 }, {}, 'Token expired');
    await refuses({ nbf: now() + 120 }, {}, 'Invalid token');
    assert.equal((await knock(api.issuer.mint(claims({ exp: now() - 30 })))).status, 200);
    assert.equal((await knock(api.issuer.mint(claims({ nbf: now() + 30 })))).status, 200);
  });

  it('must say when it ends, who it is for, and their e-mail', async () => {
    await refuses({ exp: null }, {}, 'Invalid token');
    await refuses({ exp: 'tomorrow' }, {}, 'Invalid token');
    await refuses({ sub: null }, {}, 'Invalid token');
    await refuses({ sub: '' }, {}, 'Invalid token');
    await refuses({ email: null }, {}, 'Invalid token');
  });

  const NS = 'https://tenon.ai';
  const strangers: readonly (readonly [string, Claims, object])[] = [
    ['the namespace’s e-mail first', { [`${NS}/email`]: ' One@Example.com ' }, { email: 'one@example.com' }],
    ['email next', { email: 'TWO@example.com' }, { email: 'two@example.com' }],
    ['then any /email', { email: null, 'https://x.test/email': 'three@example.com' }, { email: 'three@example.com' }],
    ['name first', { email: 'four@example.com', name: 'Four', [`${NS}/name`]: 'No' }, { name: 'Four' }],
    ['then the namespace’s name', { email: 'five@example.com', [`${NS}/name`]: 'Five' }, { name: 'Five' }],
    ['else the local part', { email: 'six@example.com' }, { name: 'six' }],
  ];
  for (const [name, changes, expected] of strangers) {
    it(`tells who its bearer is: ${name}`, async () => {
      const token = api.issuer.mint(claims({ sub: `auth0|${name}`, ...changes }));
      const { status, body } = await api.call('get', PATH, { token });
      assert.deepEqual([status, body], [200, { ...body, ...expected }]);
    });
  }

  const doors: readonly (readonly [Claims, number])[] = [
    [{ permissions: ['recruiter:access'] }, 200],
    [{ permissions: [], [`${NS}/permissions`]: ['recruiter:access'], roles: ['recruiter'] }, 403],
    [{ permissions: null, [`${NS}/permissions`]: ['recruiter:access'] }, 200],
    [{ permissions: null, [`${NS}/permissions_str`]: 'other, recruiter:access' }, 200],
    [{ permissions: null, [`${NS}/permissions_str`]: 'other recruiter:access' }, 200],
    [{ permissions: null, [`${NS}/roles`]: ['Senior Recruiter'] }, 200],
    [{ permissions: null, roles: ['recruiter'] }, 200],
    [{ permissions: null, roles: ['candidate'] }, 403],
    [{ permissions: null }, 403],
  ];
  for (const [changes, status] of doors) {
    it(`${status === 200 ? 'opens' : 'does not open'} the recruiters’ door with ${JSON.stringify(changes)}`, async () => {
      assert.equal((await knock(api.issuer.mint(claims(changes)))).status, status);
    });
  }

  it('needs recruiter:access for recruiters and candidate:access for candidates', async () => {
    const answer = await knock(api.candidateToken('ada@example.com'));
    assert.deepEqual([answer.status, answer.detail], [403, 'Recruiter access required']);
    const token = api.recruiterToken('ada@example.com');
    const candidate = await api.call('get', `/api/candidate/session/${'x'.repeat(43)}`, { token });
    assert.deepEqual([candidate.status, candidate.body['detail']], [403, 'Candidate access required']);
  });
});

describe('a malformed Authorization header', () => {
  it('is a 403 where the context says so, a missing one stays a 401', async () => {
    const spec = endpoint({
      method: 'get',
      path: '/probe/dialect',
      summary: 'Answers in a dialect',
      auth: recruiter,
      may: mayReadOwnAccount,
      input: {},
      replies: { 204: empty },
      errors: [],
      dialect: { malformedAuthorizationStatus: 403 },
      async handle({ actor }) {
        permit(mayReadOwnAccount(actor));
        return { status: 204, body: undefined };
      },
    });
    const api = await startTestApi({ endpoints: [spec] });
    const authorization = 'Basic YTpi';
    assert.equal((await api.call('get', '/probe/dialect', { headers: { authorization } })).status, 403);
    assert.equal((await api.call('get', '/probe/dialect')).status, 401);
    await api.close();
  });
});
