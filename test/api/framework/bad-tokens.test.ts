import assert from 'node:assert/strict';
import { newSecret } from '../../../core/tokens.ts';
import { createApiKey } from '../../../services/identity/api-keys.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { queriesOf } from '../../support/sql-spy.ts';
import { from, openProbe, readMine, signInProbe } from './limited-probes.ts';

const unknownKey = () => `tnk_${newSecret()}`;

describe('bad tokens', () => {
  let api: TestApi;
  let networks = 0;
  before(async () => {
    api = await startTestApi({
      endpoints: [readMine, openProbe, signInProbe],
      environment: { TENON_RATE_LIMITS: '{"sign_in":"3/600","open":"2/600"}', TENON_TRUST_PROXY: '1' },
    });
  });
  after(() => api.close());

  const network = (): string => `10.0.${(networks += 1)}`;
  const get = async (token: string | undefined, address: string): Promise<string> => {
    const reply = await api.call('get', '/probe/mine', { ...(token && { token }), headers: from(address) });
    return reply.status === 204 ? 'in' : `${reply.status} ${String(reply.body['errorCode'])}`;
  };
  /** Sends bad tokens until this network may send no more. */
  async function spend(net: string): Promise<void> {
    for (let n = 1; n <= 3; n += 1) assert.equal(await get(unknownKey(), `${net}.${n}`), '401 TOKEN_INVALID');
    assert.equal(await get(unknownKey(), `${net}.4`), '429 RATE_LIMITED');
  }
  const keyOf = async (): Promise<string> => {
    const actor = await makeUser();
    const made = { name: 'Machine', permissions: [], days: 1 };
    const { secret } = await api.app.uow.write(actor, (uow) => createApiKey(uow, made));
    return secret;
  };

  it('count by network, with missing ones, and are then 429, with the headers that say so', async () => {
    const net = network();
    assert.equal(await get(undefined, `${net}.1`), '401 NOT_AUTHENTICATED');
    assert.equal(await get('no.jwt.token', `${net}.2`), '401 TOKEN_HEADER_INVALID');
    const third = await api.call('get', '/probe/mine', { token: unknownKey(), headers: from(`${net}.3`) });
    assert.match(third.headers.get('ratelimit') ?? '', /^"sign_in";r=0;t=\d+$/);
    const fourth = await api.call('get', '/probe/mine', { token: unknownKey(), headers: from(`${net}.4`) });
    assert.deepEqual([fourth.status, fourth.body['errorCode']], [429, 'RATE_LIMITED']);
    assert.match(fourth.headers.get('retry-after') ?? '', /^\d+$/);
    assert.equal(await get(unknownKey(), `${network()}.1`), '401 TOKEN_INVALID', 'from elsewhere');
  });

  it('cost no query once there were too many', async () => {
    const net = network();
    const count = () => api.database.rows('select key, points from rate_limits order by key');
    assert.notDeepEqual(await queriesOf(() => get(unknownKey(), `${net}.1`)), []);
    await get(unknownKey(), `${net}.1`);
    await get(unknownKey(), `${net}.1`);
    const counted = await count();
    assert.deepEqual(await queriesOf(() => get(unknownKey(), `${net}.1`)), []);
    assert.deepEqual(await count(), counted);
  });

  it('keep nobody out who shares the network and shows a token that is signed, or a key that has been in', async () => {
    const net = network();
    const known = await keyOf();
    assert.equal(await get(known, `${net}.1`), 'in');
    await spend(net);
    const { email } = await makeUser();
    assert.equal(await get(api.recruiterToken(email), `${net}.1`), 'in');
    assert.equal(await get(known, `${net}.1`), 'in');
    assert.equal(await get(await keyOf(), `${net}.1`), '429 RATE_LIMITED', 'a key that only the database knows');
  });

  it('keep nobody from signing in who shares the network', async () => {
    const net = network();
    await spend(net);
    const body = { email: 'ada@example.com' };
    assert.equal((await api.call('post', '/probe/sign-in', { body, headers: from(`${net}.1`) })).status, 204);
  });

  it('that are good but not for this door count too, as requests before sign-in do', async () => {
    const net = network();
    const token = api.candidateToken('cara@example.com');
    for (let n = 1; n <= 2; n += 1) assert.equal(await get(token, `${net}.1`), '403 RECRUITER_ACCESS_REQUIRED');
    assert.equal(await get(token, `${net}.1`), '429 RATE_LIMITED');
    assert.equal((await api.call('get', '/probe/open', { headers: from(`${net}.1`) })).status, 204, 'apart from those');
  });
});
