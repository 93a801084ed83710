import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { ExecuteWorkflow } from '../../../local/github/actions/types.ts';
import { eventually } from '../../support/eventually.ts';
import { dispatch, generate, gitAs, org, startTestGithub, stopTestGithub, template } from './support.ts';
import type { TestGithub } from './support.ts';

/** Ends only when it is told to. */
const untilAborted: ExecuteWorkflow = async (request) => {
  await new Promise((resolve) => {
    request.signal.addEventListener('abort', resolve);
  });
  return { conclusion: 'cancelled', runName: '', headSha: request.sha, jobs: [], artifacts: [] };
};

describe('local GitHub: a restart and the pages', () => {
  let github: TestGithub;
  const here = { owner: org, repo: 'work' };

  beforeEach(async () => {
    github = await startTestGithub();
  });
  afterEach(() => stopTestGithub(github));

  async function readRun(run_id: number) {
    const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}';
    return (await github.octokit.request(route, { ...here, run_id })).data;
  }

  async function headOf(repo: string): Promise<string> {
    const { data } = await github.octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', {
      owner: org,
      repo,
      ref: 'main',
    });
    return data.sha;
  }

  it('keeps repositories, people, rights, runs and ids', async () => {
    const { id } = await generate(github, 'work');
    const { token } = await github.control.user('mona');
    await github.octokit.request('PUT /repos/{owner}/{repo}/collaborators/{username}', { ...here, username: 'mona' });
    const run = await dispatch(github);
    await eventually('the end of the run', async () => (await readRun(run)).status === 'completed');
    const head = await headOf('work');
    github = await github.restart();
    const { data } = await github.octokit.request('GET /repos/{owner}/{repo}', here);
    assert.equal(data.id, id);
    assert.equal(await headOf('work'), head);
    const { data: invitations } = await github.octokitFor(token).request('GET /user/repository_invitations');
    assert.equal(invitations.length, 1);
    assert.equal((await readRun(run)).conclusion, 'success');
    assert.ok((await dispatch(github)) > run);
    await gitAs(github.token)(github.dir, 'clone', '--quiet', data.clone_url, 'again');
  });

  it('ends as cancelled what ran, executes what waited and fills what was empty', async () => {
    github = await github.restart({ execute: untilAborted });
    await generate(github, 'work');
    const runs = [await dispatch(github), await dispatch(github), await dispatch(github)];
    const [first = 0, second = 0, third = 0] = runs;
    await eventually('the start of the second run', async () => (await readRun(second)).status === 'in_progress');
    assert.equal((await readRun(third)).status, 'queued');
    await github.control.generateDelay({ ms: -1 });
    await generate(github, 'empty');
    github = await github.restart({
      execute: async ({ sha }) => ({ conclusion: 'success', runName: 'x', headSha: sha, jobs: [], artifacts: [] }),
    });
    assert.deepEqual(
      [(await readRun(first)).conclusion, (await readRun(second)).conclusion],
      ['cancelled', 'cancelled'],
    );
    const ended = await eventually('the end of the third run', async () => {
      const run = await readRun(third);
      return run.status === 'completed' && run;
    });
    assert.equal(ended.conclusion, 'success');
    assert.match(await headOf('empty'), /^[0-9a-f]{40}$/);
    await eventually(
      'an empty work folder',
      async () => (await fs.readdir(path.join(github.dir, 'state/work'))).length === 0,
    );
  });

  it('imports a template once, with the same SHA everywhere, and again when its folder has changed', async () => {
    const first = await headOf(template);
    github = await github.restart();
    assert.equal(await headOf(template), first);
    const other = await startTestGithub();
    try {
      const { data } = await other.octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', {
        owner: org,
        repo: template,
        ref: 'main',
      });
      assert.equal(data.sha, first);
    } finally {
      await stopTestGithub(other);
    }
    await fs.writeFile(path.join(github.dir, 'template/NEW.md'), 'new\n');
    github = await github.restart();
    const { data } = await github.octokit.request('GET /repos/{owner}/{repo}/commits', { owner: org, repo: template });
    assert.equal(data.length, 2);
    assert.equal(data[1]?.sha, first);
  });

  it('keeps no token in its state', async () => {
    const { token } = await github.control.user('mona');
    const state = await fs.readFile(path.join(github.dir, 'state/state.json'), 'utf8');
    assert.ok(state.includes('mona'));
    assert.ok(!state.includes(token) && !state.includes(github.token));
  });

  it('shows pages behind the links of the API, with everything escaped', async () => {
    await generate(github, 'work');
    const content = Buffer.from('<script>alert(1)</script>\n').toString('base64');
    const put = { ...here, path: 'x.html', message: 'Add <b>bold</b>', content };
    const { data } = await github.octokit.request('PUT /repos/{owner}/{repo}/contents/{path}', put);
    const base = `${github.url}/${org}/work`;
    const sha = String(data.commit.sha);
    for (const link of [
      `${github.url}/`,
      base,
      `${base}/commit/${sha}`,
      `${base}/compare/${sha}~...${sha}`,
      `${base}/blob/main/x.html`,
    ]) {
      const response = await fetch(link);
      const expected = link.includes('~') ? 404 : 200;
      assert.equal(response.status, expected, link);
      if (expected === 404) continue;
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
      const text = await response.text();
      assert.ok(!text.includes('<script>') && !text.includes('<b>'), link);
    }
    const parent = data.commit.parents?.[0]?.sha;
    const comparison = await (await fetch(`${base}/compare/${parent}...${sha}`)).text();
    assert.match(comparison, /\+&lt;script&gt;/);
    const raw = await fetch(String(data.content?.download_url));
    assert.deepEqual(
      [await raw.text(), raw.headers.get('content-type')],
      ['<script>alert(1)</script>\n', 'text/plain; charset=utf-8'],
    );
    assert.equal((await fetch(`${base}/blob/%E0%A4%A/x`)).status, 404);
  });
});
