import assert from 'node:assert/strict';
import type { Context } from 'koa';
import { devUser } from '../../../api/middleware/auth/dev-user.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { makeUser } from '../../support/factories-identity.ts';

const PATH = '/api/auth/me';

describe('the development header', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi({ environment: { ENVIRONMENT: 'local', DEV_AUTH_BYPASS: '1', TENON_TRUST_PROXY: '1' } });
    await makeUser({ email: 'dev@local.test', name: 'Dev' });
  });
  after(() => api.close());

  it('signs in an account by its e-mail, without a token', async () => {
    const { status, body } = await api.call('get', PATH, { headers: { 'x-dev-user-email': ' Dev@Local.test ' } });
    assert.equal(status, 200);
    assert.equal(body['email'], 'dev@local.test');
  });

  it('makes nobody up', async () => {
    const { status, body } = await api.call('get', PATH, { headers: { 'x-dev-user-email': 'nobody@local.test' } });
    assert.equal(status, 401);
    assert.equal(body['detail'], 'Dev user not found: nobody@local.test');
  });

  it('is for recruiters only', async () => {
    const headers = { 'x-dev-user-email': 'dev@local.test' };
    const { status, body } = await api.call('get', `/api/candidate/session/${'x'.repeat(43)}`, { headers });
    assert.deepEqual([status, body['detail']], [401, 'Not authenticated']);
  });

  it('is refused from another machine, whatever address a proxy header claims', async () => {
    const ctx = {
      get: (name: string) => (name === 'x-dev-user-email' ? 'dev@local.test' : ''),
      ip: '127.0.0.1',
      req: { socket: { remoteAddress: '192.0.2.7' } },
    } as unknown as Context;
    await assert.rejects(devUser(api.app, ctx), {
      status: 403,
      message: 'DEV_AUTH_BYPASS only allowed from localhost',
    });
  });

  it('is believed by the address of the socket, not by X-Forwarded-For', async () => {
    const headers = { 'x-dev-user-email': 'dev@local.test', 'x-forwarded-for': '192.0.2.7' };
    assert.equal((await api.call('get', PATH, { headers })).status, 200);
  });
});

describe('the development header without DEV_AUTH_BYPASS=1', () => {
  it('is as if it were not there', async () => {
    const api = await startTestApi();
    await makeUser({ email: 'dev@local.test' });
    const { status, body } = await api.call('get', PATH, { headers: { 'x-dev-user-email': 'dev@local.test' } });
    assert.deepEqual([status, body['detail']], [401, 'Not authenticated']);
    await api.close();
  });
});
