import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { generate, git, gitAs, org, startTestGithub, stopTestGithub } from './support.ts';
import type { TestGithub } from './support.ts';

describe('local GitHub: git over HTTP', () => {
  let github: TestGithub;
  let cloneUrl: string;
  let writer: string;
  let reader: string;

  async function collaborator(login: string, permission: string): Promise<string> {
    const { token } = await github.control.user(login);
    const repository = { owner: org, repo: 'work' };
    await github.octokit.request('PUT /repos/{owner}/{repo}/collaborators/{username}', {
      ...repository,
      username: login,
      permission,
    });
    const own = github.octokitFor(token);
    const { data: invitations } = await own.request('GET /user/repository_invitations');
    for (const { id } of invitations) {
      await own.request('PATCH /user/repository_invitations/{invitation_id}', { invitation_id: Number(id) });
    }
    return token;
  }

  before(async () => {
    github = await startTestGithub();
    ({ clone_url: cloneUrl } = await generate(github, 'work'));
    writer = await collaborator('mona', 'push');
    reader = await collaborator('lisa', 'pull');
  });
  after(() => stopTestGithub(github));

  async function clone(token: string, folder: string, ...options: string[]): Promise<string> {
    await gitAs(token)(github.dir, 'clone', '--quiet', ...options, cloneUrl, folder);
    return path.join(github.dir, folder);
  }

  async function commit(folder: string, text: string): Promise<string> {
    await fs.writeFile(path.join(folder, 'answer.txt'), text);
    await git(folder, 'add', '.');
    await git(folder, 'commit', '--quiet', '--message', 'Answer');
    return git(folder, 'rev-parse', 'HEAD');
  }

  it('clones, pushes and fetches', async () => {
    const folder = await clone(writer, 'cloned');
    assert.equal(await fs.readFile(path.join(folder, 'README.md'), 'utf8'), '# Small\n');
    assert.equal(await git(folder, 'rev-list', '--count', 'HEAD'), '1');
    const sha = await commit(folder, 'one\n');
    await gitAs(writer)(folder, 'push', '--quiet', 'origin', 'main');
    const { data: branch } = await github.octokit.request('GET /repos/{owner}/{repo}/branches/{branch}', {
      owner: org,
      repo: 'work',
      branch: 'main',
    });
    assert.equal(branch.commit.sha, sha);
    const other = await clone(reader, 'other', '--depth=1');
    const next = await commit(folder, 'two\n');
    await gitAs(writer)(folder, 'push', '--quiet', 'origin', 'main');
    await gitAs(reader)(other, 'fetch', '--quiet');
    assert.equal(await git(other, 'rev-parse', 'origin/main'), next);
  });

  it('accepts a large chunked push and a partial clone', async () => {
    const folder = await clone(writer, 'large');
    await fs.writeFile(
      path.join(folder, 'noise.bin'),
      Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) % 251)),
    );
    await commit(folder, 'three\n');
    await gitAs(writer)(folder, 'push', '--quiet', 'origin', 'HEAD:refs/heads/large');
    const partial = await clone(reader, 'partial', '--filter=blob:none', '--no-checkout');
    assert.match(await git(partial, 'branch', '--remotes'), /origin\/large/);
  });

  it('refuses a bad token, no token and a push without the right', async () => {
    await assert.rejects(clone('not-a-token', 'bad'), /403/);
    await assert.rejects(
      git(github.dir, 'clone', '--quiet', cloneUrl, 'anonymous'),
      /could not read Username|terminal prompts disabled/,
    );
    const folder = await clone(reader, 'read-only');
    await commit(folder, 'four\n');
    await assert.rejects(gitAs(reader)(folder, 'push', '--quiet', 'origin', 'main'), /403/);
  });

  it('hides the repository from somebody who may not see it', async () => {
    const { token } = await github.control.user('stranger');
    await assert.rejects(clone(token, 'hidden'), /not found/);
  });

  it('asks again at the push itself: a right that is gone counts', async () => {
    const service = '/git-receive-pack';
    const authorization = `Basic ${Buffer.from(`x:${reader}`).toString('base64')}`;
    const response = await fetch(cloneUrl + service, { method: 'POST', headers: { authorization }, body: '0000' });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /not granted/);
  });

  it('serves neither the dumb protocol nor other files', async () => {
    const authorization = `Basic ${Buffer.from(`x:${writer}`).toString('base64')}`;
    for (const rest of ['/info/refs', '/HEAD', '/objects/info/packs', '/config']) {
      const response = await fetch(cloneUrl + rest, { headers: { authorization } });
      assert.equal(response.status, 404, rest);
    }
  });

  it('lets nobody push to an archived repository, and everybody read', async () => {
    const folder = await clone(writer, 'archived');
    await commit(folder, 'five\n');
    const repository = { owner: org, repo: 'work' };
    await github.octokit.request('PATCH /repos/{owner}/{repo}', { ...repository, archived: true });
    await assert.rejects(gitAs(writer)(folder, 'push', '--quiet', 'origin', 'main'), /403/);
    await clone(reader, 'still-readable');
    await github.octokit.request('PATCH /repos/{owner}/{repo}', { ...repository, archived: false });
    await gitAs(writer)(folder, 'pull', '--quiet', '--rebase', '--strategy-option=theirs', 'origin', 'main');
    await gitAs(writer)(folder, 'push', '--quiet', 'origin', 'main');
  });

  it('lets nobody rewrite or delete a protected branch, and everybody who may push go on', async () => {
    const folder = await clone(writer, 'protected');
    const push = (...args: string[]) => gitAs(writer)(folder, 'push', '--quiet', 'origin', ...args);
    await github.octokit.request('PUT /repos/{owner}/{repo}/branches/{branch}/protection', {
      owner: org,
      repo: 'work',
      branch: 'main',
      required_status_checks: null,
      enforce_admins: null,
      required_pull_request_reviews: null,
      restrictions: null,
    });
    await commit(folder, 'six\n');
    await push('main', 'main:other');
    await git(folder, 'commit', '--quiet', '--amend', '--message', 'Rewritten');
    await assert.rejects(push('--force', 'main'), /GH006: Protected branch[^]*Cannot force-push to this branch/);
    await assert.rejects(
      push('--delete', 'main'),
      /Cannot delete this protected branch|refusing to delete the current/,
    );
    await push('--force', 'main:other');
    await push('--delete', 'other');
    await gitAs(writer)(folder, 'fetch', '--quiet');
    await git(folder, 'reset', '--quiet', '--hard', 'origin/main');
    await commit(folder, 'seven\n');
    await push('main');
  });

  it('clones an empty repository that is still being generated', async () => {
    await github.control.generateDelay({ ms: -1 });
    const { clone_url: empty } = await generate(github, 'later');
    const service = gitAs(github.token);
    await service(github.dir, 'clone', '--quiet', empty, 'empty');
    assert.equal(await github.control.releaseGenerated(), 1);
    await github.control.resetFaults();
    await service(path.join(github.dir, 'empty'), 'pull', '--quiet');
    assert.equal(await git(path.join(github.dir, 'empty'), 'rev-list', '--count', 'HEAD'), '1');
  });
});
