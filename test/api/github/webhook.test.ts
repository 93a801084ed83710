import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { githubEndpoints } from '../../../api/github/index.ts';
import type { TestRun } from '../../../models/test-run.ts';
import type { Workspace } from '../../../models/workspace.ts';
import { startTestApi, type Reply, type TestApi } from '../../support/api.ts';
import { makeSession, makeSimulation, makeTestRun, makeWorkspace, taskOf } from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { meanwhile } from '../../support/meanwhile.ts';
import type { Problem } from '../hiring/world.ts';

/** The status of the answer to a request whose body never comes. */
async function answerToHeaders(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const request = http.request(`${url}/api/github/webhooks`, { method: 'POST', headers });
  try {
    request.flushHeaders();
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    return response.statusCode;
  } finally {
    request.on('error', () => undefined).destroy();
  }
}

describe('POST /api/github/webhooks', () => {
  let api: TestApi;
  let workspace: Workspace;
  let run: TestRun;
  const headSha = 'f'.repeat(40);

  before(async () => {
    api = await startTestApi({ endpoints: githubEndpoints });
    const session = await makeSession(await makeSimulation(await makeUser()));
    workspace = await makeWorkspace(session, taskOf(session, 'code'));
    run = await makeTestRun(workspace, { purpose: 'run', status: 'running' });
  });
  after(() => api.close());
  beforeEach(async () => {
    api.delivered.length = 0;
    api.app.metrics.webhooks.reset();
    await api.database.rows('truncate github_deliveries');
  });

  const payload = (changes: { action?: string; runId?: unknown; repoId?: unknown; conclusion?: unknown } = {}) => ({
    action: changes.action ?? 'completed',
    workflow_run: {
      id: changes.runId ?? Number(run.githubRunId),
      conclusion: 'conclusion' in changes ? changes.conclusion : 'success',
      head_sha: headSha,
      name: 'Tests',
    },
    repository: { id: changes.repoId ?? Number(workspace.repoId), full_name: workspace.repoFullName },
    sender: { login: 'octo' },
  });
  const sign = (body: string | Buffer, secret = api.settings.github.webhookSecret ?? ''): string =>
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const send = (
    body: string | Uint8Array,
    headers: Record<string, string | undefined> = {},
  ): Promise<Reply<Problem>> => {
    const all = {
      'x-github-event': 'workflow_run',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': sign(Buffer.from(body)),
      ...headers,
    };
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return api.call<Problem>('post', '/api/github/webhooks', { body, headers: Object.fromEntries(given) });
  };
  const tell = (changes: Parameters<typeof payload>[0] = {}, headers: Record<string, string | undefined> = {}) =>
    send(JSON.stringify(payload(changes)), headers);
  const counted = async (): Promise<Record<string, number>> => {
    const { values } = await api.app.metrics.webhooks.get();
    return Object.fromEntries(values.map(({ labels, value }) => [`${labels.event} ${labels.outcome}`, value]));
  };
  const deliveries = (): Promise<{ matched: boolean }[]> =>
    api.database.rows('select matched from github_deliveries order by received_at');

  it('tells the run’s workflow, and starts it if it is not there', async () => {
    const { status, body } = await tell();
    assert.deepEqual([status, body], [202, { status: 'accepted' }]);
    const [message, ...more] = api.delivered;
    assert.deepEqual(more, []);
    assert.equal(message?.start.workflowId, `test-run/${run.id}`);
    assert.equal(message?.start.ref, `session-${workspace.candidateSessionId}`);
    const input = { githubRunId: run.githubRunId, conclusion: 'success', headSha };
    assert.deepEqual(message?.signal, { name: 'githubRunCompleted', input });
    assert.deepEqual(await deliveries(), [{ matched: true }]);
    assert.deepEqual(await counted(), { 'workflow_run signalled': 1 });
  });

  it('hears each delivery once, also when two copies come at once', async () => {
    const delivery = { 'x-github-delivery': randomUUID() };
    const all = await Promise.all([tell({}, delivery), tell({}, delivery)]);
    all.push(await tell({}, delivery));
    assert.deepEqual(
      all.map(({ status }) => status),
      [202, 202, 202],
    );
    assert.equal(api.delivered.length, 1);
    assert.deepEqual(await counted(), { 'workflow_run signalled': 1, 'workflow_run repeated': 2 });
  });

  it('takes events in any order: only the end of a run is news', async () => {
    assert.equal((await tell()).status, 202);
    for (const action of ['requested', 'in_progress'])
      assert.equal((await tell({ action, conclusion: null })).status, 202);
    assert.equal(api.delivered.length, 1);
    assert.deepEqual(await counted(), { 'workflow_run signalled': 1, 'workflow_run ignored': 2 });
  });

  it('looks again after keeping it: the run may have become known meanwhile', async () => {
    const late = await makeTestRun(workspace, { purpose: 'run', status: 'queued', branch: 'late' });
    const runId = Number(run.githubRunId) + 1_000;
    const { status } = await meanwhile(
      api.database,
      {
        // Keeping the delivery waits, looking for its run does not.
        sql: `lock table github_deliveries in share mode;
          update test_runs set github_run_id = ${runId}, status = 'running', dispatched_at = now() where id = '${late.id}'`,
        values: [],
        waiting: 1,
      },
      () => tell({ runId }),
    );
    assert.equal(status, 202);
    assert.equal(api.delivered[0]?.start.workflowId, `test-run/${late.id}`);
    assert.deepEqual(await deliveries(), [{ matched: true }]);
    assert.deepEqual(await counted(), { 'workflow_run signalled': 1 });
  });

  it('accepts a run of nobody’s, and keeps that it was told', async () => {
    const unknown = { 'x-github-delivery': randomUUID() };
    assert.equal((await tell({ runId: 77 }, unknown)).status, 202);
    assert.equal((await tell({ runId: 77 }, unknown)).status, 202);
    assert.equal((await tell({ repoId: 77 })).status, 202, 'our run’s number in another repository');
    assert.deepEqual(api.delivered, []);
    assert.deepEqual(await deliveries(), [{ matched: false }, { matched: false }]);
    assert.deepEqual(await counted(), { 'workflow_run unknown_run': 2, 'workflow_run repeated': 1 });
  });

  it('looks again when GitHub tells once more what came before our own commit', async () => {
    const early = await makeTestRun(workspace, { purpose: 'run', status: 'running', branch: 'early' });
    const { githubRunId } = early;
    await api.database.rows('update test_runs set github_run_id = null where id = $1', [early.id]);
    const delivery = { 'x-github-delivery': randomUUID() };
    const changes = { runId: Number(githubRunId) };
    await tell(changes, delivery);
    assert.deepEqual(await deliveries(), [{ matched: false }]);
    await api.database.rows('update test_runs set github_run_id = $2 where id = $1', [early.id, githubRunId]);
    await tell(changes, delivery);
    await tell(changes, delivery);
    assert.deepEqual(
      api.delivered.map(({ start }) => start.workflowId),
      [`test-run/${early.id}`],
    );
    assert.deepEqual(await deliveries(), [{ matched: true }]);
    assert.deepEqual(await counted(), {
      'workflow_run unknown_run': 1,
      'workflow_run signalled': 1,
      'workflow_run repeated': 1,
    });
  });

  it('answers what cannot be genuine before it reads the body', async () => {
    const announced = { 'x-github-event': 'push', 'x-github-delivery': 'd', 'content-length': '26214400' };
    for (const signature of [undefined, '', 'sha256=00', `sha1=${'0'.repeat(40)}`]) {
      const headers = { ...announced, ...(signature !== undefined && { 'x-hub-signature-256': signature }) };
      assert.equal(await answerToHeaders(api.url, headers), 401, signature);
    }
  });

  it('accepts and ignores other events, and what does not read like one', async () => {
    assert.equal((await tell({}, { 'x-github-event': 'push' })).status, 202);
    assert.equal((await tell({}, { 'x-github-event': 'star' })).status, 202);
    for (const changes of [{ runId: '77' }, { runId: -1 }, { repoId: 1.5 }, { conclusion: null }, { conclusion: {} }]) {
      assert.equal((await tell(changes)).status, 202, JSON.stringify(changes));
    }
    for (const body of ['null', '[]', '7', '{}']) assert.equal((await send(body)).status, 202, body);
    assert.deepEqual(api.delivered, []);
    assert.deepEqual(await counted(), { 'push ignored': 1, 'other ignored': 1, 'workflow_run ignored': 9 });
  });

  it('checks the signature over the bytes as sent', async () => {
    const odd = `${JSON.stringify(payload()).replace('Tests', 'Tests \\u00e9 é ')}\n  `;
    assert.equal((await send(odd)).status, 202);
    const body = JSON.stringify(payload());
    const wrong = [
      undefined,
      sign(body, 'another-secret-of-16'),
      sign(`${body} `),
      sign(body).slice(0, -1),
      sign(body).replace('sha256', 'sha1'),
      `${sign(body)}00`,
      'sha256=',
      'x',
    ];
    api.delivered.length = 0;
    for (const signature of wrong) {
      const { status, body: problem } = await send(body, { 'x-hub-signature-256': signature });
      assert.deepEqual([status, problem.errorCode], [401, 'WEBHOOK_SIGNATURE_INVALID'], signature);
    }
    assert.equal((await send('', { 'x-hub-signature-256': sign('') })).status, 401);
    assert.deepEqual(api.delivered, []);
    assert.deepEqual((await deliveries()).length, 1);
  });

  it('says 400 to what is no JSON, or lacks its headers', async () => {
    const { status, body } = await send('{"action":');
    assert.deepEqual([status, body.errorCode], [400, 'MALFORMED_BODY']);
    for (const header of ['x-github-event', 'x-github-delivery']) {
      assert.equal((await tell({}, { [header]: undefined })).status, 400, header);
      assert.equal((await tell({}, { [header]: 'x'.repeat(101) })).status, 400, header);
    }
  });

  it('says 413 to more than GitHub sends', async () => {
    const big = Buffer.alloc(25 * 1024 * 1024 + 1, 32);
    const { status, body } = await send(big, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` });
    assert.deepEqual([status, body.errorCode], [413, 'PAYLOAD_TOO_LARGE']);
  });

  it('says so unread when that is announced, and in time when it is not', async () => {
    const genuine = { 'x-github-event': 'push', 'x-github-delivery': 'd', 'x-hub-signature-256': sign('') };
    assert.equal(await answerToHeaders(api.url, { ...genuine, 'content-length': String(25 * 1024 * 1024 + 1) }), 413);
    const request = http.request(`${api.url}/api/github/webhooks`, { method: 'POST', headers: genuine });
    request.on('error', () => undefined); // the rest is not wanted
    const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
    const mebibyte = Buffer.alloc(1024 * 1024, 32);
    for (let sent = 0; sent < 27; sent += 1) request.write(mebibyte);
    assert.equal((await answered)[0].statusCode, 413);
    request.destroy();
  });

  it('says 503 where no secret is set', async () => {
    const unset = {
      ...api.app,
      settings: { ...api.settings, github: { ...api.settings.github, webhookSecret: undefined } },
    };
    const other = await startTestApi({ endpoints: githubEndpoints, app: { settings: unset.settings } });
    try {
      const { status, body } = await other.call<Problem>('post', '/api/github/webhooks', {
        body: '{}',
        headers: { 'x-github-event': 'ping', 'x-github-delivery': 'd', 'x-hub-signature-256': sign('{}') },
      });
      assert.deepEqual([status, body.errorCode], [503, 'WEBHOOKS_NOT_CONFIGURED']);
      const announced = { 'content-length': '26214400', 'x-hub-signature-256': sign('{}') };
      assert.equal(await answerToHeaders(other.url, announced), 503, 'without waiting for the body');
    } finally {
      await other.close();
    }
  });
});
