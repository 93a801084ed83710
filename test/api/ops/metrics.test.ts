import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from '../../support/api.ts';

describe('GET /metrics', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.close());

  it('counts requests by route template, method and status', async () => {
    await api.call('get', '/health');
    await api.call('get', '/docs/assets/missing.js');
    await api.call('get', '/some/secret-token');
    const { status, body, headers } = await api.call<string>('get', '/metrics');
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(body, /tenon_http_request_seconds_count\{method="GET",route="\/health",status="200"\} 1/);
    assert.match(body, /route="\/docs\/assets\/:file",status="404"\} 1/);
    assert.match(body, /route="unmatched",status="404"\} 1/);
    assert.doesNotMatch(body, /secret-token/);
  });
});
