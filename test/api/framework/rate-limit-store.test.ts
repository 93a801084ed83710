import assert from 'node:assert/strict';
import { health } from '../../../api/ops/health.ts';
import { counterStore, type CounterStore } from '../../../core/counter-store.ts';
import { createLogger } from '../../../core/logger.ts';
import { rateLimitClasses } from '../../../core/rate-limit-classes.ts';
import { rateLimiter } from '../../../core/rate-limits.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { openProbe, readMine, replicaOf, type Replica } from './limited-probes.ts';

const endpoints = [openProbe, readMine, health];

describe('rate limits of several replicas', () => {
  let api: TestApi;
  let replica: Replica;
  before(async () => {
    api = await startTestApi({ endpoints, environment: { TENON_RATE_LIMITS: '{"open":"4/600","read":"20/600"}' } });
    replica = await replicaOf(api, endpoints);
  });
  after(async () => {
    await replica.close();
    await api.close();
  });

  const get = async (url: string, path: string, token?: string): Promise<number> => {
    const reply = await fetch(`${url}${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {});
    await reply.text();
    return reply.status;
  };

  it('are one count', async () => {
    for (const url of [api.url, replica.url, api.url, replica.url]) assert.equal(await get(url, '/probe/open'), 204);
    assert.deepEqual([await get(api.url, '/probe/open'), await get(replica.url, '/probe/open')], [429, 429]);
  });

  it('let in exactly as many as allowed, when all come at once', async () => {
    const token = api.recruiterToken((await makeUser()).email);
    await get(api.url, '/probe/mine', token); // the first sign-in, alone
    const sent = Array.from({ length: 40 }, (_, n) => get(n % 2 ? api.url : replica.url, '/probe/mine', token));
    const seen = await Promise.all(sent);
    assert.equal(seen.filter((status) => status === 204).length, 19);
    assert.equal(seen.filter((status) => status === 429).length, 21);
  });

  it('open again when the window has ended', async () => {
    await api.database.rows('update rate_limits set expire = expire - 600000'); // so much time has passed
    const fresh = await replicaOf(api, endpoints); // one that does not remember who was refused
    try {
      assert.equal(await get(fresh.url, '/probe/open'), 204);
    } finally {
      await fresh.close();
    }
    const [row] = await api.database.rows<{ points: number }>(`select points from rate_limits where key like 'open:%'`);
    assert.equal(row?.points, 1);
  });
});

describe('rate limits while the database cannot be reached', () => {
  let api: TestApi;
  let away: CounterStore;
  before(async () => {
    const log = createLogger('test', 'silent');
    away = counterStore('postgres://tenon_app@127.0.0.1:1/none', log);
    api = await startTestApi({ endpoints, log, app: { limits: rateLimiter(away, rateLimitClasses) } });
  });
  after(async () => {
    await api.close();
    await away.close();
  });

  it('let nobody in, before sign-in or after', async () => {
    const { email } = await makeUser();
    for (const [path, token] of [
      ['/probe/open', ''],
      ['/probe/mine', api.recruiterToken(email)],
      ['/probe/mine', 'bad'],
    ] as const) {
      const { status, body } = await api.call('get', path, { token });
      assert.deepEqual([status, body['errorCode'], body['retryable']], [503, 'DATABASE_UNAVAILABLE', true]);
    }
  });

  it('do not stop the health check', async () => {
    assert.equal((await api.call('get', '/health')).status, 200);
  });
});
