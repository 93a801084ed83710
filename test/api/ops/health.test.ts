import assert from 'node:assert/strict';
import { connectDatabase } from '../../../core/database.ts';
import { AppError } from '../../../core/errors.ts';
import { unitsOfWork } from '../../../core/unit-of-work.ts';
import type { WorkerPresence } from '../../../core/worker-presence.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';

describe('the health of the API', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.close());

  for (const path of ['/health', '/health/api']) {
    it(`GET ${path} answers without a token`, async () => {
      const reply = await api.call('get', path);
      assert.equal(reply.status, 200);
      assert.deepEqual(reply.body, { status: 'ok' });
    });
  }

  it('answers HEAD with headers alone', async () => {
    const reply = await api.call('head', '/health');
    assert.equal(reply.status, 200);
    assert.equal(reply.body, '');
    assert.equal(reply.headers.get('content-length'), '15');
  });

  it('tells live and ready apart, each with its time', async () => {
    const { body: live } = await api.call('get', '/api/v1/health/live');
    assert.deepEqual({ ...live, timestamp: '' }, { status: 'ok', timestamp: '' });
    const { body: ready } = await api.call('get', '/api/v1/health/ready');
    assert.deepEqual({ ...ready, timestamp: '' }, { status: 'ok', ready: true, timestamp: '' });
    for (const { timestamp } of [live, ready]) assert.match(String(timestamp), /Z$/);
  });

  it('is not ready, but live, while its database is away', async () => {
    const db = connectDatabase('postgres://tenon_app@127.0.0.1:1/none', { poolSize: 1, applicationName: 'test' });
    const uow = unitsOfWork({ db, deliver: () => Promise.resolve([]), onMarkError: () => undefined });
    const down = await startTestApi({ app: { uow } });
    const { status, body } = await down.call('get', '/api/v1/health/ready');
    assert.deepEqual([status, body['errorCode'], body['retryable']], [503, 'DATABASE_UNAVAILABLE', true]);
    assert.equal((await down.call('get', '/api/v1/health/live')).status, 200);
    await down.close();
    await db.close();
  });
});

describe('the health of the workers', () => {
  const ask = async (count: WorkerPresence['count']) => {
    const api = await startTestApi({ app: { workers: { count } } });
    const { status, body } = await api.call('get', '/health/worker');
    await api.close();
    return { status, body };
  };

  it('says how many ask for work on each queue', async () => {
    const { status, body } = await ask(() => Promise.resolve({ 'tenon-db-v1': 2, 'tenon-mail-v1': 1 }));
    assert.equal(status, 200);
    const workers = { 'tenon-db-v1': 2, 'tenon-mail-v1': 1 };
    assert.deepEqual(body, { status: 'ok', temporal: 'connected', workers });
  });

  it('is bad when nobody works on one of them, and names it', async () => {
    const { status, body } = await ask(() => Promise.resolve({ 'tenon-db-v1': 2, 'tenon-mail-v1': 0 }));
    assert.deepEqual([status, body['detail']], [503, 'No worker asks for work on tenon-mail-v1']);
  });

  it('is unknown while Temporal is away', async () => {
    const { status, body } = await ask(() => Promise.reject(new AppError('TEMPORAL_UNAVAILABLE')));
    assert.deepEqual([status, body['errorCode']], [503, 'TEMPORAL_UNAVAILABLE']);
  });
});
