import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { githubEndpoints } from '../../api/github/index.ts';
import type { TestRun } from '../../models/test-run.ts';
import type { Workspace } from '../../models/workspace.ts';
import { propertyRun, propertyTimeoutMs } from '../adapters/artifacts/property.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { makeSession, makeSimulation, makeTestRun, makeWorkspace, taskOf } from '../support/factories-hiring.ts';
import { makeUser } from '../support/factories-identity.ts';
import { hostileWords } from './words.ts';

type Fields = Readonly<Record<string, unknown>>;

describe('what a signed webhook of GitHub may say', function () {
  this.timeout(propertyTimeoutMs);
  let api: TestApi;
  let workspace: Workspace;
  let run: TestRun;

  before(async () => {
    api = await startTestApi({ endpoints: githubEndpoints });
    const session = await makeSession(await makeSimulation(await makeUser()));
    workspace = await makeWorkspace(session, taskOf(session, 'code'));
    run = await makeTestRun(workspace, { purpose: 'run', status: 'running' });
  });
  after(() => api.close());
  beforeEach(() => void (api.delivered.length = 0));

  const send = async (
    body: string | Buffer,
    event = 'workflow_run',
    delivery: string = randomUUID(),
  ): Promise<number> => {
    const secret = api.settings.github.webhookSecret ?? '';
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const headers = { 'x-github-event': event, 'x-github-delivery': delivery, 'x-hub-signature-256': signature };
    return (await api.call('post', '/api/github/webhooks', { body, headers })).status;
  };
  const payload = (of_run: Fields = {}, repository: Fields = {}, top: Fields = {}): string =>
    JSON.stringify({
      action: 'completed',
      workflow_run: { id: Number(run.githubRunId), conclusion: 'success', head_sha: 'f'.repeat(40), ...of_run },
      repository: { id: Number(workspace.repoId), full_name: workspace.repoFullName, ...repository },
      ...top,
    });

  for (const [what, word] of Object.entries(hostileWords))
    it(`of names and messages is not believed and not kept: ${what}`, async () => {
      const names = { name: word, display_title: word, head_branch: word, path: word, event: word };
      const commit = { head_commit: { message: word, author: { name: word } } };
      assert.equal(await send(payload({ ...names, ...commit }, { full_name: word, default_branch: word })), 202);
      assert.equal(api.delivered.length, 1, 'the end of our run is one, whatever it is called');
      assert.ok(word.trim() === '' || !JSON.stringify(api.delivered).includes(JSON.stringify(word).slice(1, -1)));
    });

  for (const [what, word] of Object.entries(hostileWords))
    it(`in place of a conclusion, a commit or an action is ignored: ${what}`, async () => {
      assert.equal(await send(payload({ conclusion: word })), 202);
      assert.equal(await send(payload({ head_sha: word })), 202);
      assert.equal(await send(payload({}, {}, { action: word })), 202);
      assert.equal(await send(payload({ id: word }, { id: word })), 202);
      assert.deepEqual(api.delivered, []);
    });

  it('in numbers that are none of ours is ignored', async () => {
    for (const id of [0, -1, 0.5, 1e308, 2 ** 53, 2 ** 63, null, true, [], {}, '1']) {
      assert.equal(await send(payload({ id })), 202, JSON.stringify(id));
      assert.equal(await send(payload({}, { id })), 202, JSON.stringify(id));
    }
    assert.equal(await send(payload().replace(/"id":\d+/u, '"id":9007199254740993')), 202);
    assert.equal(await send(payload().replace(/"id":\d+/u, '"id":1e999')), 202);
    assert.deepEqual(api.delivered, []);
  });

  it('in its own headers is one of 4xx or taken as a name like any other', async () => {
    for (const word of ['../x', '-rf', "'; --", '$(id)', 'é', 'x'.repeat(100)]) {
      assert.equal(await send(payload(), word), 202, word);
      assert.equal(await send(payload({ id: 77 }), 'workflow_run', word), 202, word);
      assert.equal(await send(payload({ id: 77 }), 'workflow_run', word), 202, 'and is known the second time');
    }
    assert.equal(await send(payload(), 'x'.repeat(300)), 400);
    assert.equal(await send(payload(), 'workflow_run', 'x'.repeat(300)), 400);
  });

  it('in bytes that are no text, or nested beyond reason, is no 5xx', async () => {
    const broken = Buffer.concat([
      Buffer.from('{"action":"'),
      Buffer.of(0xff, 0xc0, 0xed, 0xa0, 0x80),
      Buffer.from('"}'),
    ]);
    assert.equal(await send(broken), 202);
    assert.equal(await send(Buffer.from(payload(), 'utf16le')), 400);
    assert.equal(await send('['.repeat(500_000)), 400);
    assert.equal(await send(`${'['.repeat(5_000)}${']'.repeat(5_000)}`), 202);
    assert.equal(await send(`{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_001)}`), 202);
    assert.equal(
      await send(payload({}, {}, { __proto__: null }).replace('{', '{"__proto__":{"action":"completed"},')),
      202,
    );
  });

  it('of any shape is accepted, ignored or a 400', async () => {
    const any = fc.jsonValue();
    const shapes = fc.oneof(
      any.map((value) => JSON.stringify(value)),
      fc.record({ id: any, conclusion: any, head_sha: any }).map((fields) => payload(fields)),
      fc.record({ action: any, repository: any, workflow_run: any }).map((fields) => payload({}, {}, fields)),
      fc.string({ unit: 'binary' }),
    );
    const { numRuns = 100, ...rest } = propertyRun<[string]>();
    await fc.assert(
      fc.asyncProperty(shapes, async (body) => {
        fc.pre(body !== '');
        assert.ok([202, 400].includes(await send(body)));
      }),
      { ...rest, numRuns: Math.ceil(numRuns / 5) }, // each one is a request
    );
  });
});
