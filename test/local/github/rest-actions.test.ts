import assert from 'node:assert/strict';
import { groups, restCaller } from './rest-caller.ts';
import type { RestCaller } from './rest-caller.ts';
import { eventually } from '../../support/eventually.ts';
import { generate, org, startTestGithub, stopTestGithub, workflowText } from './support.ts';
import type { TestGithub } from './support.ts';

describe('local GitHub: REST replies for Actions and hooks fit the published description', () => {
  let github: TestGithub;
  let rest: RestCaller;
  const here = { owner: org, repo: 'work' };

  before(async () => {
    github = await startTestGithub({ webhook: { url: 'http://127.0.0.1:9/none', secret: 'secret' } });
    rest = restCaller(github);
    await generate(github, 'work');
  });
  after(() => stopTestGithub(github));

  async function headSha(branch = 'main'): Promise<string> {
    const { data } = await rest.call('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...here, ref: `heads/${branch}` });
    return data.object.sha;
  }

  it('dispatches workflows and shows their runs, jobs, logs and artifacts', async () => {
    const dispatch = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
    const workflow = { ...here, workflow_id: 'tenon-ci.yml' };
    const run = await rest.expectStatus(200, dispatch, {
      ...workflow,
      ref: 'main',
      inputs: { marker: 'm1' },
      return_run_details: true,
    });
    const runId: number = run.data.workflow_run_id;
    await rest.expectStatus(204, dispatch, { ...workflow, ref: 'main' });
    const get = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}';
    const ended = await eventually('the end of the run', async () => {
      const { data } = await rest.call(get, { ...here, run_id: runId });
      return data.status === 'completed' && data;
    });
    assert.deepEqual([ended.conclusion, ended.display_title, ended.run_number], ['success', 'Tenon run m1', 1]);
    const jobs = await rest.call('GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', { ...here, run_id: runId });
    assert.equal(jobs.data.jobs[0].steps[0].name, 'Test');
    await rest.expectStatus(302, 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs', { ...here, run_id: runId });
    const list = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts';
    const artifacts = await rest.call(list, { ...here, run_id: runId, name: 'tenon-test-results' });
    const artifact = { ...here, artifact_id: artifacts.data.artifacts[0].id };
    await rest.expectStatus(200, 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}', artifact);
    await rest.expectStatus(200, 'GET /repos/{owner}/{repo}/actions/artifacts', here);
    const zip = 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}';
    await rest.expectStatus(302, zip, { ...artifact, archive_format: 'zip' });
    await rest.expectStatus(409, 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', { ...here, run_id: runId });
    await rest.expectStatus(200, 'GET /repos/{owner}/{repo}/actions/workflows', here);
    const found = await rest.expectStatus(200, 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}', workflow);
    const byId = { ...here, workflow_id: found.data.id };
    const runs = await rest.call('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', byId);
    assert.equal(runs.data.total_count, 2);
    const some = await rest.call('GET /repos/{owner}/{repo}/actions/runs', {
      ...here,
      event: 'workflow_dispatch',
      branch: 'main',
      status: 'success',
      head_sha: await headSha(),
      created: '>=2020-01-01',
    });
    assert.ok(some.data.total_count >= 1);
    const none = await rest.call('GET /repos/{owner}/{repo}/actions/runs', { ...here, created: '<2020-01-01' });
    assert.equal(none.data.total_count, 0);
    await rest.expectStatus(204, 'DELETE /repos/{owner}/{repo}/actions/runs/{run_id}', { ...here, run_id: runId });
    await rest.expectStatus(404, get, { ...here, run_id: runId });
  });

  it('answers 410 for an expired artifact and cancels a run', async () => {
    const artifacts = [{ name: 'old', expired: true, entries: [] }];
    await github.control.nextRuns({ conclusion: 'success', artifacts, leaveInProgress: true });
    const dispatch = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
    const workflow = { ...here, workflow_id: 'tenon-ci.yml', ref: 'main', return_run_details: true };
    const started = await rest.call(dispatch, workflow);
    const cancel = { ...here, run_id: started.data.workflow_run_id };
    await rest.expectStatus(404, 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs', cancel);
    await rest.expectStatus(202, 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', cancel);
    await github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    const other = await rest.call(dispatch, workflow);
    const otherRun = { ...here, run_id: other.data.workflow_run_id };
    await rest.expectStatus(202, 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/force-cancel', otherRun);
    await github.control.nextRuns({ conclusion: 'success', artifacts });
    const third = await rest.call(dispatch, workflow);
    const expired = await eventually('the expired artifact', async () => {
      const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts';
      const { data } = await rest.call(route, { ...here, run_id: third.data.workflow_run_id });
      return data.artifacts[0];
    });
    assert.equal(expired.expired, true);
    await rest.expectStatus(410, 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}', {
      ...here,
      artifact_id: expired.id,
      archive_format: 'zip',
    });
  });

  it('refuses dispatches in GitHub’s words', async () => {
    const refused = async (status: number, message: RegExp, params: Record<string, unknown>): Promise<void> => {
      const route = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
      const answer = await rest.expectStatus(status, route, {
        ...here,
        workflow_id: 'tenon-ci.yml',
        ref: 'main',
        ...params,
      });
      assert.match(answer.data.message, message);
    };
    const put = async (path: string, text: string): Promise<void> => {
      const content = Buffer.from(text).toString('base64');
      await rest.expectStatus(201, 'PUT /repos/{owner}/{repo}/contents/{path}', {
        ...here,
        path,
        message: path,
        content,
      });
    };
    await put('.github/workflows/no-trigger.yml', JSON.stringify({ name: 'None', runName: 'None' }));
    await put('.github/workflows/broken.yml', '{');
    const needy = { ...JSON.parse(workflowText), inputs: { must: { required: true } } };
    await put('.github/workflows/needy.yml', JSON.stringify(needy));
    await refused(404, /Not Found/, { workflow_id: 'missing.yml' });
    await refused(422, /does not have 'workflow_dispatch' trigger/, { workflow_id: 'no-trigger.yml' });
    await refused(422, /failed to parse workflow/, { workflow_id: 'broken.yml' });
    await refused(422, /Required input 'must' not provided/, { workflow_id: 'needy.yml' });
    await refused(422, /Unexpected inputs provided: \["other"\]/, { inputs: { other: 'x' } });
    await refused(422, /not in the list of allowed values/, { inputs: { level: 'middle' } });
    await refused(422, /No ref found for: nowhere/, { ref: 'nowhere' });
    await refused(422, /"ref" wasn't supplied/, { ref: '' });
    const many = Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`i${index}`, 'x']));
    await refused(422, /up to 25/, { inputs: many });
  });

  it('keeps hooks and their deliveries', async () => {
    const create = 'POST /repos/{owner}/{repo}/hooks';
    const config = { url: 'http://127.0.0.1:9/hook', secret: 'hidden', content_type: 'json' };
    const hook = await rest.expectStatus(201, create, { ...here, config, events: ['push'] });
    assert.equal(hook.data.config.secret, '********');
    await rest.expectStatus(422, create, { ...here, config: { url: 'ftp://x' } });
    const own = { ...here, hook_id: hook.data.id };
    await rest.call('GET /repos/{owner}/{repo}/hooks', here);
    await rest.call('GET /repos/{owner}/{repo}/hooks/{hook_id}', own);
    const file = { ...here, path: 'hooked.txt', message: 'Hooked', content: '' };
    await rest.expectStatus(201, 'PUT /repos/{owner}/{repo}/contents/{path}', file);
    const list = 'GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries';
    const delivery = await eventually('the delivery', async () => (await rest.call(list, own)).data[0]);
    assert.deepEqual([delivery.event, delivery.status_code], ['push', 0]);
    const one = { ...own, delivery_id: delivery.id };
    const full = await rest.call('GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}', one);
    assert.equal(full.data.request.payload.ref, 'refs/heads/main');
    await rest.expectStatus(202, 'POST /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts', one);
    await rest.expectStatus(204, 'DELETE /repos/{owner}/{repo}/hooks/{hook_id}', own);
    const hooks = await rest.call('GET /orgs/{org}/hooks', { org });
    const orgHook = { org, hook_id: hooks.data[0].id };
    await rest.call('GET /orgs/{org}/hooks/{hook_id}', orgHook);
    const page = await rest.call('GET /orgs/{org}/hooks/{hook_id}/deliveries', { ...orgHook, per_page: 1 });
    assert.match(String(page.headers['link']), /cursor=\d+>; rel="next"/);
    const last = { ...orgHook, delivery_id: page.data[0].id };
    await rest.call('GET /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}', last);
    await rest.expectStatus(202, 'POST /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}/attempts', last);
  });

  it('has driven each of its routes once with success', () => {
    assert.deepEqual(rest.missing(groups.actions), []);
  });
});
