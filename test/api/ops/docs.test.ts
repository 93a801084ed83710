import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from '../../support/api.ts';

describe('the documentation pages', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.close());

  for (const path of ['/docs', '/redoc']) {
    it(`${path} loads only what this server has, and no script of its own`, async () => {
      const { status, body, headers } = await api.call<string>('get', path);
      assert.equal(status, 200);
      assert.match(headers.get('content-type') ?? '', /^text\/html/);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /script-src 'self'(;|$)/);
      assert.doesNotMatch(body, /<script(?![^>]*src=)|https?:\/\//);
      const assets = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
      assert.ok(assets.length >= 2);
      for (const asset of assets) {
        const reply = await api.call('get', asset);
        assert.equal(reply.status, 200, asset);
        assert.match(reply.headers.get('content-type') ?? '', /^(text\/(css|javascript)|image\/png)/, asset);
        assert.equal(reply.headers.get('x-content-type-options'), 'nosniff');
      }
    });
  }

  it('have no other files', async () => {
    for (const name of ['package.json', '..%2Fpackage.json', '__proto__', 'constructor']) {
      assert.equal((await api.call('get', `/docs/assets/${name}`)).status, 404);
    }
  });
});
