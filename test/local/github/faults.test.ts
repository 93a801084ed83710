import assert from 'node:assert/strict';
import { generate, org, startTestGithub, stopTestGithub, template } from './support.ts';
import type { TestGithub } from './support.ts';

describe('local GitHub: faults and the control API', () => {
  let github: TestGithub;

  before(async () => {
    github = await startTestGithub();
    await generate(github, 'work');
  });
  after(() => stopTestGithub(github));
  afterEach(() => github.control.resetFaults());

  function get(path: string, signal?: AbortSignal): Promise<Response> {
    const headers = { authorization: `token ${github.token}` };
    return fetch(`${github.apiUrl}${path}`, { headers, ...(signal && { signal }) });
  }

  it('answers one route with a status and something like a token in the body', async () => {
    await github.control.fault({ route: 'GET /repos/{owner}/{repo}', status: 502, times: 1 });
    assert.equal((await get('/user')).status, 200);
    const failed = await get(`/repos/${org}/work`);
    assert.equal(failed.status, 502);
    assert.match(await failed.text(), /ghp_[0-9a-f]{36}/);
    assert.equal((await get(`/repos/${org}/work`)).status, 200);
  });

  it('answers every call until the faults are cleared, but never the control API', async () => {
    await github.control.fault({ status: 500, body: { message: 'All is lost' }, headers: { 'x-extra': 'yes' } });
    const failed = await get('/user');
    assert.deepEqual([failed.status, failed.headers.get('x-extra')], [500, 'yes']);
    assert.deepEqual(await failed.json(), { message: 'All is lost' });
    assert.equal((await get('/nothing/known')).status, 500);
    await github.control.clearFaults();
    assert.equal((await get('/user')).status, 200);
  });

  it('speaks of both rate limits as GitHub does', async () => {
    await github.control.fault({ rateLimited: 'primary', times: 1 });
    const primary = await get('/user');
    assert.deepEqual([primary.status, primary.headers.get('x-ratelimit-remaining')], [403, '0']);
    assert.match(primary.headers.get('x-ratelimit-reset') ?? '', /^\d+$/);
    await github.control.fault({ rateLimited: 'secondary', status: 429, headers: { 'retry-after': '1' }, times: 1 });
    const secondary = await get('/user');
    assert.deepEqual([secondary.status, secondary.headers.get('retry-after')], [429, '1']);
    assert.match(await secondary.text(), /secondary rate limit/);
  });

  it('drops connections, never answers, or answers late', async () => {
    await github.control.fault({ drop: true, times: 1 });
    await assert.rejects(get('/user'));
    await github.control.fault({ hang: true, times: 1 });
    const gaveUp = new AbortController();
    const hanging = get('/user', gaveUp.signal);
    const winner = await Promise.race([hanging.then(() => 'answered'), get('/user').then(() => 'other call')]);
    assert.equal(winner, 'other call');
    gaveUp.abort();
    await assert.rejects(hanging);
    await github.control.fault({ latencyMs: 30, times: 1 });
    assert.equal((await get('/user')).status, 200);
  });

  it('plays faults on git and on downloads when they are named', async () => {
    await github.control.fault({ route: 'GET /{owner}/{repo}.git/info/refs', status: 503, times: 1 });
    const refs = await fetch(`${github.url}/${org}/work.git/info/refs?service=git-upload-pack`);
    assert.equal(refs.status, 503);
    await github.control.fault({ route: 'GET /_downloads/artifacts/{id}.zip', status: 500, times: 1 });
    assert.equal((await fetch(`${github.url}/_downloads/artifacts/1.zip`)).status, 500);
  });

  it('counts the calls that reached it', async () => {
    await github.control.clearCalls();
    await get('/user');
    await get(`/repos/${org}/work`);
    await get(`/repos/${org}/nothing`);
    await get('/no/such/route');
    const { calls, counts } = await github.control.calls();
    assert.deepEqual(counts, { 'GET /user': 1, 'GET /repos/{owner}/{repo}': 2, 'GET (unknown)': 1 });
    assert.deepEqual(
      calls.map(({ path, status }) => [path, status]),
      [
        ['/user', 200],
        [`/repos/${org}/work`, 200],
        [`/repos/${org}/nothing`, 404],
        ['/no/such/route', 404],
      ],
    );
  });

  it('makes a template without its workflow file, and removes it again', async () => {
    const name = await github.control.templateWithoutWorkflow('small');
    assert.equal(name, `${org}/${template}-without-workflow`);
    const { data } = await github.octokit.request('GET /repos/{owner}/{repo}/actions/workflows', {
      owner: org,
      repo: `${template}-without-workflow`,
    });
    assert.equal(data.total_count, 0);
    assert.equal((await get(`/repos/${name}/contents/README.md`)).status, 200);
    await github.control.restoreTemplate('small');
    assert.equal((await get(`/repos/${name}`)).status, 404);
    await assert.rejects(github.control.templateWithoutWorkflow('unknown'), /404/);
  });

  it('opens the control API to the service token alone and refuses nonsense', async () => {
    for (const headers of [{}, { 'x-control-token': 'wrong' }]) {
      assert.equal((await fetch(`${github.url}/_control/calls`, { headers })).status, 403);
    }
    await assert.rejects(github.control.user('not a login'), /400/);
    await assert.rejects(github.control.fault({}), /400/);
    const [first, second] = [await github.control.user('mona'), await github.control.user('mona')];
    assert.equal(first.login, second.login);
    assert.notEqual(first.token, second.token);
  });
});
