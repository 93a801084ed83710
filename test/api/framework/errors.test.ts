import assert from 'node:assert/strict';
import Joi from 'joi';
import { ConnectionAcquireTimeoutError, ConnectionRefusedError, DatabaseError, UniqueConstraintError } from 'sequelize';
import { AppError } from '../../../core/errors.ts';
import { createLogger } from '../../../core/logger.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { failing, githubDown } from './probes.ts';

describe('an error', () => {
  let api: TestApi;
  let error: () => unknown = githubDown;
  let logged = '';
  before(async () => {
    const log = createLogger('test', 'info', { write: (line) => void (logged += line) });
    api = await startTestApi({ endpoints: [failing(() => error())], log });
  });
  beforeEach(() => {
    logged = '';
  });
  after(() => api.close());

  const fail = (thrown: () => unknown, headers: Readonly<Record<string, string>> = {}) => {
    error = thrown;
    return api.call('get', '/probe/fail/now?secret=in-the-query', { headers });
  };

  it('leaves as a problem document with all three forms that clients read', async () => {
    const reply = await fail(githubDown, { 'x-tenon-request-id': 'req-1' });
    assert.equal(reply.status, 502);
    const type = 'application/problem+json; charset=utf-8; like="application/json"';
    assert.equal(reply.headers.get('content-type'), type);
    assert.equal(reply.headers.get('retry-after'), '3');
    assert.equal(reply.headers.get('cache-control'), 'no-store');
    assert.deepEqual(reply.body, {
      type: 'urn:tenon:problem:github-unavailable',
      title: 'GitHub unavailable. Please try again.',
      status: 502,
      detail: 'GitHub unavailable. Please try again.',
      instance: 'urn:tenon:request:req-1',
      ok: false,
      error: 'GitHub unavailable. Please try again.',
      errorCode: 'GITHUB_UNAVAILABLE',
      retryable: true,
      issues: [],
      requestId: 'req-1',
    });
  });

  it('carries the members that its thrower adds', async () => {
    const organizations = [{ id: 'o1', name: 'One' }];
    const { status, body } = await fail(() => new AppError('ORG_REQUIRED', undefined, { extra: { organizations } }));
    assert.equal(status, 409);
    assert.deepEqual(body['organizations'], organizations);
  });

  it('that nobody foresaw says nothing about itself, and is logged with its stack', async () => {
    for (const thrown of [new TypeError('password hunter2 of db-internal'), 'a bare string', null]) {
      const reply = await fail(() => thrown);
      assert.equal(reply.status, 500);
      assert.equal(reply.body['errorCode'], 'INTERNAL_ERROR');
      assert.doesNotMatch(JSON.stringify(reply.body), /hunter2|db-internal|bare/);
    }
    assert.match(logged, /hunter2/);
    assert.match(logged, /"type":"TypeError".*"stack":" +at .*\\n +at /);
  });

  it('of the database is told apart by class: taken, away, ours', async () => {
    const cases: readonly (readonly [unknown, number, string])[] = [
      [new UniqueConstraintError({}), 409, 'CONFLICT'],
      [new ConnectionRefusedError(new Error('refused')), 503, 'DATABASE_UNAVAILABLE'],
      [new ConnectionAcquireTimeoutError(new Error('pool')), 503, 'DATABASE_UNAVAILABLE'],
      [
        new DatabaseError(Object.assign(new Error('shutdown'), { code: '57P01', sql: '' })),
        503,
        'DATABASE_UNAVAILABLE',
      ],
      [
        new DatabaseError(Object.assign(new Error('statement timeout'), { code: '57014', sql: '' })),
        503,
        'DATABASE_UNAVAILABLE',
      ],
      [new DatabaseError(Object.assign(new Error('no column'), { code: '42703', sql: '' })), 500, 'INTERNAL_ERROR'],
    ];
    for (const [thrown, status, code] of cases) {
      const reply = await fail(() => thrown);
      assert.equal(reply.status, status);
      assert.equal(reply.body['errorCode'], code);
      assert.equal(reply.body['retryable'], status === 503);
    }
  });

  it('of a schema used inside a handler is a 422 with its issues', async () => {
    const { error: joiError } = Joi.object({ a: Joi.number() }).validate({ a: 'x' });
    const reply = await fail(() => joiError);
    assert.equal(reply.status, 422);
    assert.deepEqual((reply.body['issues'] as readonly { loc: unknown }[])[0]?.loc, ['body', 'a']);
  });

  it('and its request leave no URL, query or header in the log, but route, status and request id', async () => {
    await fail(githubDown, { 'x-secret': 'in-the-header', 'x-request-id': 'req-2' });
    assert.doesNotMatch(logged, /in-the-query|in-the-header|fail\/now/);
    const line = logged.split('\n').find((one) => one.includes('"msg":"request"'));
    const { requestId, method, route, status, actor } = JSON.parse(line ?? '{}') as Record<string, unknown>;
    assert.deepEqual(
      { requestId, method, route, status, actor },
      { requestId: 'req-2', method: 'GET', route: '/probe/fail/:how', status: 502, actor: 'anonymous' },
    );
  });
});
