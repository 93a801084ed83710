import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from '../../support/api.ts';

describe('GET /health', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.close());

  it('answers without a token', async () => {
    const reply = await api.call('get', '/health');
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.body, { status: 'ok' });
  });

  it('answers HEAD with headers alone', async () => {
    const reply = await api.call('head', '/health');
    assert.equal(reply.status, 200);
    assert.equal(reply.body, '');
    assert.equal(reply.headers.get('content-length'), '15');
  });
});
