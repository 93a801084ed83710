import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import yauzl from 'yauzl';
import type { ExecuteWorkflow, WorkflowRunRequest } from '../../../local/github/actions/types.ts';
import { eventually } from '../../support/eventually.ts';
import { dispatch, generate, org, startTestGithub, stopTestGithub, succeed } from './support.ts';
import type { TestGithub } from './support.ts';

type Entries = Record<string, string>;

/** Reads an archive, hostile names included. */
async function unzip(bytes: ArrayBuffer): Promise<Entries> {
  const zip = await yauzl.fromBufferPromise(Buffer.from(bytes), { decodeStrings: false, validateEntrySizes: false });
  const entries: Entries = {};
  for await (const entry of zip.eachEntry()) {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    entries[Buffer.from(entry.fileName).toString('utf8')] = (await buffer(stream)).toString('utf8');
  }
  return entries;
}

describe('local GitHub: workflow runs', () => {
  let github: TestGithub;
  let execute: ExecuteWorkflow = succeed;
  const requests: WorkflowRunRequest[] = [];
  const here = { owner: org, repo: 'work' };

  before(async () => {
    github = await startTestGithub({
      execute: (request) => {
        requests.push(request);
        return execute(request);
      },
    });
    await generate(github, 'work');
  });
  after(() => stopTestGithub(github));
  afterEach(async () => {
    execute = succeed;
    requests.length = 0;
    await github.control.resetFaults();
  });

  async function read(runId: number) {
    const { data } = await github.octokit.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', {
      ...here,
      run_id: runId,
    });
    return data;
  }

  async function reached(runId: number, status: string) {
    return eventually(`run ${runId} ${status}`, async () => {
      const run = await read(runId);
      return run.status === status && run;
    });
  }

  async function artifactsOf(runId: number) {
    const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts';
    return (await github.octokit.request(route, { ...here, run_id: runId })).data.artifacts;
  }

  /** By Octokit, which follows the 302 and sends its token to nobody else. */
  async function download(artifactId: number | bigint): Promise<Entries> {
    const route = 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}';
    const { data } = await github.octokit.request(route, {
      ...here,
      artifact_id: Number(artifactId),
      archive_format: 'zip',
    });
    return unzip(data as ArrayBuffer);
  }

  it('gives the executor the commit, the inputs with their defaults and a fresh folder', async () => {
    const runId = await dispatch(github, { level: 'high' });
    const run = await reached(runId, 'completed');
    const [request] = requests;
    assert.ok(request);
    assert.deepEqual(request.inputs, { marker: 'none', level: 'high' });
    assert.deepEqual(
      [request.sha, request.ref, request.runId, request.workflowPath, request.repository, request.actor],
      [run.head_sha, 'refs/heads/main', runId, '.github/workflows/tenon-ci.yml', `${org}/work`, 'tenon-bot'],
    );
  });

  it('serves artifacts and logs behind a short-lived link that needs no token', async () => {
    const runId = await dispatch(github);
    await reached(runId, 'completed');
    const [artifact] = await artifactsOf(runId);
    assert.ok(artifact);
    assert.deepEqual(await download(artifact.id), { 'tenon-test-results.json': '{"passed":3,"failed":0}' });
    const headers = { authorization: `token ${github.token}` };
    const first = await fetch(artifact.archive_download_url, { headers, redirect: 'manual' });
    const link = new URL(first.headers.get('location') ?? '');
    assert.equal((await fetch(link)).status, 200);
    link.searchParams.set('expires', String(Number(link.searchParams.get('expires')) + 1));
    assert.equal((await fetch(link)).status, 403);
    const logs = await fetch(`${github.apiUrl}/repos/${org}/work/actions/runs/${runId}/logs`, { headers });
    assert.deepEqual(await unzip(await logs.arrayBuffer()), { '0_test.txt': 'three passed\n' });
  });

  it('executes two at a time, in order, and cancels what runs and what waits', async () => {
    const going: string[] = [];
    execute = async (request) => {
      going.push(request.inputs['marker'] ?? '');
      await new Promise((resolve) => {
        request.signal.addEventListener('abort', resolve);
      });
      return { conclusion: 'success', runName: '', headSha: request.sha, jobs: [], artifacts: [] };
    };
    const ids: number[] = [];
    for (const marker of ['a', 'b', 'c', 'd']) ids.push(await dispatch(github, { marker }));
    const [a = 0, b = 0, c = 0, d = 0] = ids;
    await eventually('the second to be executed', () => Promise.resolve(going.includes('b')));
    assert.deepEqual(going, ['a', 'b']);
    assert.equal((await read(c)).status, 'queued');
    const cancel = (run_id: number) =>
      github.octokit.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', { ...here, run_id });
    await cancel(c);
    assert.equal((await read(c)).conclusion, 'cancelled');
    await cancel(a);
    assert.equal((await reached(a, 'completed')).conclusion, 'cancelled');
    await eventually('the fourth to be executed', () => Promise.resolve(going.includes('d')));
    await cancel(b);
    await cancel(d);
    await reached(d, 'completed');
    await reached(b, 'completed');
    assert.deepEqual(going, ['a', 'b', 'd']);
  });

  it('ends a run that is cancelled the moment it starts, whether its executor has heard of it or not', async () => {
    execute = async (request) => {
      await new Promise((resolve) => {
        request.signal.addEventListener('abort', resolve);
      });
      return { conclusion: 'success', runName: '', headSha: request.sha, jobs: [], artifacts: [] };
    };
    for (let time = 0; time < 5; time += 1) {
      const run_id = await dispatch(github);
      await reached(run_id, 'in_progress');
      await github.octokit.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', { ...here, run_id });
      assert.equal((await reached(run_id, 'completed')).conclusion, 'cancelled');
    }
  });

  it('fails a run whose executor gives up, and shows its words in the log', async () => {
    execute = () => Promise.reject(new Error('uses: other/action is not known here'));
    const runId = await dispatch(github);
    assert.equal((await reached(runId, 'completed')).conclusion, 'failure');
    const page = await fetch(`${github.url}/${org}/work/actions/runs/${runId}`);
    assert.match(await page.text(), /uses: other\/action is not known here/);
  });

  it('ends the next runs as the test wants them, with any names and entries', async () => {
    const entries = [
      { path: '../evil.txt', text: 'out' },
      { path: 'deep/er.json', base64: Buffer.from('{}').toString('base64') },
      { path: 'deep/er.json', text: 'twice' },
    ];
    const raw = { name: 'no zip at all', rawBase64: Buffer.from('garbage').toString('base64') };
    await github.control.nextRuns({ conclusion: 'failure', artifacts: [{ name: 'odd', entries }, raw], count: 2 });
    for (const runId of [await dispatch(github), await dispatch(github)]) {
      assert.equal((await reached(runId, 'completed')).conclusion, 'failure');
      const artifacts = await artifactsOf(runId);
      assert.deepEqual(
        artifacts.map(({ name }) => name),
        ['odd', 'no zip at all'],
      );
      assert.deepEqual(Object.keys(await download(artifacts[0]?.id ?? 0)), ['../evil.txt', 'deep/er.json']);
      assert.equal(artifacts[1]?.size_in_bytes, 7);
    }
    assert.equal(requests.length, 0);
    await reached(await dispatch(github), 'completed');
    assert.equal(requests.length, 1);
  });

  it('leaves a run in progress until it is finished from outside', async () => {
    await github.control.nextRuns({ conclusion: 'success', leaveInProgress: true, repository: `${org}/work` });
    const runId = await dispatch(github);
    await reached(runId, 'in_progress');
    await github.control.finishRun(runId, { conclusion: 'timed_out', artifacts: [{ name: 'late', entries: [] }] });
    assert.equal((await read(runId)).conclusion, 'timed_out');
    assert.equal((await artifactsOf(runId))[0]?.name, 'late');
    await assert.rejects(github.control.finishRun(runId, { conclusion: 'success' }), /409/);
  });
});
