import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { echo, optionalBody } from './probes.ts';

describe('a request', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi({
      endpoints: [echo, optionalBody],
      environment: { TENON_CORS_ALLOW_ORIGINS: 'https://portal.example' },
    });
  });
  after(() => api.close());

  it('for an unknown path is a 404 problem', async () => {
    const { status, body } = await api.call('get', '/nowhere');
    assert.equal(status, 404);
    assert.equal(body['errorCode'], 'NOT_FOUND');
    assert.equal(body['detail'], 'Not found');
  });

  it('with another method is a 405 problem that names the ones there are', async () => {
    for (const method of ['get', 'delete', 'propfind']) {
      const { status, body, headers } = await api.call(method, '/probe/optional');
      assert.equal(status, 405);
      assert.equal(body['errorCode'], 'METHOD_NOT_ALLOWED');
      assert.equal(headers.get('allow'), 'OPTIONS, PUT');
    }
    assert.equal((await api.call('propfind', '/nowhere')).status, 404);
  });

  it('with OPTIONS learns the methods', async () => {
    const { status, headers } = await api.call('options', '/probe/optional');
    assert.equal(status, 204);
    assert.equal(headers.get('allow'), 'OPTIONS, PUT');
    assert.equal((await api.call('options', '/nowhere')).status, 404);
  });

  it('hears its request id again, under both names', async () => {
    for (const name of ['x-tenon-request-id', 'x-request-id']) {
      const { headers } = await api.call('put', '/probe/optional', { headers: { [name]: 'from-the-portal' } });
      assert.equal(headers.get('x-tenon-request-id'), 'from-the-portal');
      assert.equal(headers.get('x-request-id'), 'from-the-portal');
    }
  });

  it('gets an id when it brings none, or one that is too long or not printable', async () => {
    const given = [{}, { 'x-tenon-request-id': 'x'.repeat(129) }, { 'x-tenon-request-id': 'with space' }];
    for (const headers of given) {
      const reply = await api.call('put', '/probe/optional', { headers });
      assert.match(reply.headers.get('x-tenon-request-id') ?? '', /^[0-9a-f-]{36}$/);
    }
    const fits = await api.call('put', '/probe/optional', { headers: { 'x-tenon-request-id': 'x'.repeat(128) } });
    assert.equal(fits.headers.get('x-tenon-request-id'), 'x'.repeat(128));
  });

  it('from a listed origin is allowed with credentials, also when it is refused', async () => {
    const headers = { origin: 'https://portal.example' };
    const preflight = await api.call('options', '/probe/echo/1', {
      headers: { ...headers, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-any' },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://portal.example');
    assert.equal(preflight.headers.get('access-control-allow-credentials'), 'true');
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'x-any');
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PATCH/);
    const refused = await api.call('post', '/probe/echo/1', { headers, body: {} });
    assert.equal(refused.status, 422);
    assert.equal(refused.headers.get('access-control-allow-origin'), 'https://portal.example');
    assert.match(refused.headers.get('access-control-expose-headers') ?? '', /x-tenon-request-id/);
  });

  it('from another origin gets no permission', async () => {
    const reply = await api.call('put', '/probe/optional', { headers: { origin: 'https://evil.example' } });
    assert.equal(reply.headers.get('access-control-allow-origin'), null);
    assert.match(reply.headers.get('vary') ?? '', /origin/i);
  });

  it('is answered with headers that let a browser load nothing', async () => {
    const { headers } = await api.call('put', '/probe/optional');
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('x-powered-by'), null);
  });
});

describe('a browser at the origins that nobody has set', () => {
  it('is allowed from the web client’s usual ones, and from those that fit the pattern whole', async () => {
    const environment = { TENON_CORS_ALLOW_ORIGIN_REGEX: 'https://[a-z-]+\\.portal\\.example' };
    const api = await startTestApi({ endpoints: [optionalBody], environment });
    const allowed = async (origin: string) =>
      (await api.call('put', '/probe/optional', { headers: { origin } })).headers.get('access-control-allow-origin');
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1:3000', 'https://preview.portal.example'])
      assert.equal(await allowed(origin), origin);
    for (const origin of ['http://localhost:3001', 'https://a.portal.example.evil', 'http://a.portal.example'])
      assert.equal(await allowed(origin), null, origin);
    await api.close();
  });
});
