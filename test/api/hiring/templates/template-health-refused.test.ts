import assert from 'node:assert/strict';
import { workflowRuns, type RunOptions, type WorkflowRuns } from '../../../../core/workflow-runs.ts';
import { readSettings } from '../../../../core/settings.ts';
import { templateHealthInput } from '../../../../services/hiring/template-health.ts';
import { temporalClient } from '../../../../core/temporal.ts';
import type { TemplateHealthInput } from '../../../../workflows/hiring/template-health.contract.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { testEnvironment } from '../../../support/settings.ts';

const key = 'administrators-key-of-a-test-0001';
const headers = { 'x-admin-key': key };
const health = '/api/admin/templates/health';
const report = { ok: true, mode: 'live', templates: [] };

describe('who may ask for the health of templates, and how', () => {
  let api: TestApi;
  let asked: { input: TemplateHealthInput; options: RunOptions; workflowId: string }[] = [];
  const workflows: WorkflowRuns = {
    run: <T>(start: Parameters<WorkflowRuns['run']>[0], options: RunOptions) => {
      asked.push({ input: start.input as TemplateHealthInput, options, workflowId: start.workflowId });
      return Promise.resolve(report as T);
    },
  };

  before(async () => {
    api = await startTestApi({ environment: { TENON_ADMIN_API_KEY: key }, app: { workflows } });
  });
  after(() => api.close());
  beforeEach(() => void (asked = []));

  const post = (body: unknown) => api.call('post', `${health}/run`, { headers, body });
  const problem = async (body: unknown) => {
    const { status, body: told } = await post(body);
    assert.equal(asked.length, 0);
    return [status, told['detail'], told['errorCode']];
  };

  it('answers 404 without the key, with a wrong one and with an account’s token', async () => {
    const token = api.recruiterToken('owner@example.com');
    for (const options of [
      {},
      { headers: { 'x-admin-key': `${key}x` } },
      { headers: { 'x-admin-key': '' } },
      { token },
    ]) {
      for (const [method, path, body] of [
        ['get', health, undefined],
        ['get', `${health}?mode=live`, undefined],
        ['post', `${health}/run`, { mode: 'static' }],
      ] as const) {
        const reply = await api.call(method, path, { ...options, ...(body && { body }) });
        assert.equal(reply.status, 404);
        assert.deepEqual([reply.body['detail'], reply.body['errorCode']], ['Not found', 'NOT_FOUND']);
      }
    }
    assert.equal(asked.length, 0);
  });

  it('answers 404 to everybody where no key is configured', async () => {
    const none = await startTestApi();
    for (const given of ['', 'undefined']) {
      const reply = await none.call('get', health, { headers: { 'x-admin-key': given } });
      assert.deepEqual([reply.status, reply.body['detail']], [404, 'Not found']);
    }
    await none.close();
  });

  it('sends live checks to the other endpoint, and refuses other modes', async () => {
    const live = await api.call('get', `${health}?mode=live`, { headers });
    assert.deepEqual([live.status, live.body['errorCode']], [400, 'LIVE_CHECKS_BY_POST']);
    assert.equal(live.body['detail'], 'Use POST /api/admin/templates/health/run for live checks');
    const other = await api.call('get', `${health}?mode=full`, { headers });
    assert.deepEqual([other.status, other.body['errorCode']], [422, 'VALIDATION_ERROR']);
    assert.equal(asked.length, 0);
  });

  it('names what is wrong with a POST in the contract’s words, the mode first', async () => {
    const liveOnly = 'Only live mode is supported for this endpoint';
    const wrong = 'VALIDATION_ERROR';
    for (const mode of ['static', 'full', 5, null]) {
      assert.deepEqual(await problem({ templateKeys: ['nope'], mode }), [422, liveOnly, wrong]);
    }
    for (const body of [{}, { templateKeys: [] }]) {
      assert.deepEqual(await problem(body), [422, 'templateKeys is required', wrong]);
    }
    const six = ['go-gin', 'go-gin', 'go-gin', 'go-gin', 'go-gin', 'go-gin'];
    assert.deepEqual(await problem({ templateKeys: six }), [422, 'templateKeys must include 5 or fewer items', wrong]);
    const unknown = { templateKeys: ['nope', 'go-gin', 'constructor'] };
    assert.deepEqual(await problem(unknown), [422, 'Invalid templateKeys: nope, constructor', wrong]);
    assert.deepEqual(await problem({ templateKeys: [7] }), [422, 'Invalid templateKeys: 7', wrong]);
    for (const bad of [{ timeoutSeconds: 1.5 }, { timeoutSeconds: 'soon' }, { concurrency: 1.5 }]) {
      const [status] = await problem({ templateKeys: ['go-gin'], ...bad });
      assert.equal(status, 422, JSON.stringify(bad));
    }
  });

  it('takes 180 s and two at a time unless told, and clamps what it is told', async () => {
    const templateKeys = ['node-nest-ts', 'go-gin', 'ml-infra-mlops', 'python-fastapi', 'node-express-ts'];
    const cases = [
      [{}, 180, 2],
      [{ timeoutSeconds: 0, concurrency: 0 }, 1, 1],
      [{ timeoutSeconds: -5, concurrency: -5 }, 1, 1],
      [{ timeoutSeconds: 601, concurrency: 6 }, 600, 5],
      [{ timeoutSeconds: 600, concurrency: 5 }, 600, 5],
    ] as const;
    for (const [changes, timeoutSeconds, concurrency] of cases) {
      asked = [];
      assert.equal((await post({ templateKeys, ...changes })).status, 200);
      const [call] = asked;
      assert.ok(call);
      assert.deepEqual([call.input.timeoutSeconds, call.input.concurrency], [timeoutSeconds, concurrency]);
      assert.deepEqual(
        call.input.templates.map(({ templateKey }) => templateKey),
        templateKeys,
      );
      const leastMs = Math.ceil(templateKeys.length / concurrency) * timeoutSeconds * 1_000;
      assert.ok(call.options.waitMs > leastMs && call.options.waitMs <= leastMs + 60_000, String(call.options.waitMs));
    }
  });

  it('has the workflow keep no more lines than there are templates, were a million allowed', () => {
    const wanted = { templateKeys: ['go-gin', 'node-nest-ts'], mode: 'live', timeoutSeconds: 1 } as const;
    const place = { templateOwner: 'o', workflowFile: 'f.yml' };
    const lines = [1, 2, 1_000_000].map((concurrency) => templateHealthInput(place, { ...wanted, concurrency }));
    assert.deepEqual(
      lines.map(({ concurrency }) => concurrency),
      [1, 2, 2],
    );
  });

  it('says 503 where Temporal cannot be reached', async () => {
    const client = temporalClient(readSettings(testEnvironment()));
    const cut = await startTestApi({
      environment: { TENON_ADMIN_API_KEY: key },
      app: { workflows: workflowRuns(client) },
    });
    const reply = await cut.call('post', `${health}/run`, { headers, body: { templateKeys: ['go-gin'] } });
    assert.deepEqual([reply.status, reply.body['errorCode']], [503, 'TEMPLATE_CHECKS_UNAVAILABLE']);
    assert.equal(reply.body['detail'], 'Templates cannot be checked now: Temporal cannot be reached');
    await cut.close();
    await client.connection.close();
  }).timeout(20_000);
});
