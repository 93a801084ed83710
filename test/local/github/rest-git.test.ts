import assert from 'node:assert/strict';
import { groups, restCaller } from './rest-caller.ts';
import type { RestCaller } from './rest-caller.ts';
import { generate, org, startTestGithub, stopTestGithub } from './support.ts';
import type { TestGithub } from './support.ts';

describe('local GitHub: REST replies for git data fit the published description', () => {
  let github: TestGithub;
  let rest: RestCaller;
  const here = { owner: org, repo: 'work' };

  before(async () => {
    github = await startTestGithub();
    rest = restCaller(github);
    await generate(github, 'work');
  });
  after(() => stopTestGithub(github));

  async function headSha(branch = 'main'): Promise<string> {
    const { data } = await rest.call('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...here, ref: `heads/${branch}` });
    return data.object.sha;
  }

  it('reads and writes files with the SHA check', async () => {
    const route = 'PUT /repos/{owner}/{repo}/contents/{path}';
    const content = Buffer.from('hello\n').toString('base64');
    const file = { ...here, path: 'notes/a ü.txt', message: 'Write', content };
    const first = await rest.expectStatus(201, route, file);
    assert.equal(first.data.content.path, 'notes/a ü.txt');
    await rest.expectStatus(422, route, file);
    await rest.expectStatus(409, route, { ...file, sha: '0'.repeat(40) });
    await rest.expectStatus(200, route, {
      ...file,
      content: Buffer.from('bye\n').toString('base64'),
      sha: first.data.content.sha,
    });
    await rest.expectStatus(422, route, { ...file, path: 'a/../b' });
    await rest.expectStatus(404, route, { ...file, branch: 'nowhere' });
    const read = 'GET /repos/{owner}/{repo}/contents/{path}';
    const got = await rest.expectStatus(200, read, { ...here, path: 'notes/a ü.txt' });
    assert.equal(Buffer.from(got.data.content, 'base64').toString(), 'bye\n');
    const folder = await rest.expectStatus(200, read, { ...here, path: 'notes' });
    assert.deepEqual(
      folder.data.map(({ type }: { type: string }) => type),
      ['file'],
    );
    const root = await rest.expectStatus(200, read, { ...here, path: '' });
    assert.deepEqual(
      root.data.map(({ name }: { name: string }) => name),
      ['.github', 'README.md', 'notes', 'src'],
    );
    await rest.expectStatus(404, read, { ...here, path: 'missing.txt' });
    await rest.expectStatus(404, read, { ...here, path: 'README.md', ref: '--all' });
    const raw = await fetch(`${github.apiUrl}/repos/${org}/work/contents/README.md`, {
      headers: { authorization: `Bearer ${github.token}`, accept: 'application/vnd.github.raw+json' },
    });
    assert.equal(await raw.text(), '# Small\n');
  });

  it('moves refs, forward only unless forced', async () => {
    const main = await headSha();
    const { data: commit } = await rest.call('GET /repos/{owner}/{repo}/commits/{ref}', { ...here, ref: main });
    const first = commit.parents[0].sha;
    const create = 'POST /repos/{owner}/{repo}/git/refs';
    await rest.expectStatus(201, create, { ...here, ref: 'refs/heads/feature/x', sha: first });
    await rest.expectStatus(422, create, { ...here, ref: 'refs/heads/feature/x', sha: first });
    await rest.expectStatus(422, create, { ...here, ref: 'refs/heads/y', sha: '0'.repeat(40) });
    await rest.expectStatus(422, create, { ...here, ref: 'heads/y', sha: first });
    const update = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}';
    await rest.expectStatus(200, update, { ...here, ref: 'heads/feature/x', sha: main });
    const refused = await rest.expectStatus(422, update, { ...here, ref: 'heads/feature/x', sha: first });
    assert.equal(refused.data.message, 'Update is not a fast forward');
    await rest.expectStatus(200, update, { ...here, ref: 'heads/feature/x', sha: first, force: true });
    assert.equal(await headSha('feature/x'), first);
    const matching = await rest.call('GET /repos/{owner}/{repo}/git/matching-refs/{ref}', {
      ...here,
      ref: 'heads/feat',
    });
    assert.equal(matching.data[0].ref, 'refs/heads/feature/x');
    const branches = await rest.call('GET /repos/{owner}/{repo}/branches', { ...here, per_page: 1 });
    assert.match(String(branches.headers['link']), /rel="next".*rel="last"/);
    await rest.expectStatus(200, 'GET /repos/{owner}/{repo}/branches/{branch}', { ...here, branch: 'feature/x' });
    await rest.expectStatus(404, 'GET /repos/{owner}/{repo}/branches/{branch}', { ...here, branch: 'none' });
    await rest.expectStatus(204, 'DELETE /repos/{owner}/{repo}/git/refs/{ref}', { ...here, ref: 'heads/feature/x' });
    await rest.expectStatus(422, 'DELETE /repos/{owner}/{repo}/git/refs/{ref}', { ...here, ref: 'heads/main' });
    await rest.expectStatus(404, 'GET /repos/{owner}/{repo}/git/ref/{ref}', { ...here, ref: 'heads/feature/x' });
  });

  it('reads commits, trees and comparisons', async () => {
    const main = await headSha();
    const commit = await rest.call('GET /repos/{owner}/{repo}/commits/{ref}', { ...here, ref: 'main' });
    assert.equal(commit.data.files[0].filename, 'notes/a ü.txt');
    assert.deepEqual(commit.data.stats, { total: 2, additions: 1, deletions: 1 });
    await rest.expectStatus(422, 'GET /repos/{owner}/{repo}/commits/{ref}', { ...here, ref: 'nothing' });
    const plain = await rest.call('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { ...here, commit_sha: main });
    await rest.expectStatus(404, 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...here,
      commit_sha: 'f'.repeat(40),
    });
    const tree = await rest.call('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
      ...here,
      tree_sha: plain.data.tree.sha,
      recursive: '1',
    });
    assert.ok(tree.data.tree.some(({ path }: { path: string }) => path === '.github/workflows/tenon-ci.yml'));
    const commits = await rest.call('GET /repos/{owner}/{repo}/commits', { ...here, per_page: 2 });
    assert.match(String(commits.headers['link']), /page=2/);
    const base = commit.data.parents[0].sha;
    const compare = 'GET /repos/{owner}/{repo}/compare/{basehead}';
    const ahead = await rest.call(compare, { ...here, basehead: `${base}...main` });
    assert.deepEqual([ahead.data.status, ahead.data.ahead_by, ahead.data.total_commits], ['ahead', 1, 1]);
    assert.match(ahead.data.files[0].patch, /^@@ -1 \+1 @@\n-hello\n\+bye$/);
    assert.equal((await rest.call(compare, { ...here, basehead: `main...${base}` })).data.status, 'behind');
    assert.equal((await rest.call(compare, { ...here, basehead: 'main...main' })).data.status, 'identical');
    await rest.expectStatus(404, compare, { ...here, basehead: 'main...nowhere' });
  });

  it('protects a branch against being rewritten or deleted', async () => {
    const branch = { ...here, branch: 'kept' };
    const main = await headSha();
    const { data: commit } = await rest.call('GET /repos/{owner}/{repo}/commits/{ref}', { ...here, ref: main });
    await rest.expectStatus(201, 'POST /repos/{owner}/{repo}/git/refs', { ...here, ref: 'refs/heads/kept', sha: main });
    const least = {
      required_status_checks: null,
      enforce_admins: null,
      required_pull_request_reviews: null,
      restrictions: null,
    };
    const [read, put, remove] = ['GET', 'PUT', 'DELETE'].map(
      (method) => `${method} /repos/{owner}/{repo}/branches/{branch}/protection`,
    ) as [string, string, string];
    await rest.expectStatus(404, read, branch);
    await rest.expectStatus(422, put, branch);
    await rest.expectStatus(422, put, { ...branch, ...least, enforce_admins: true });
    await rest.expectStatus(200, put, { ...branch, ...least });
    await rest.expectStatus(200, put, { ...branch, ...least, allow_force_pushes: false });
    await rest.expectStatus(200, read, branch);
    const { data } = await rest.call('GET /repos/{owner}/{repo}/branches/{branch}', branch);
    assert.equal(data.protected, true);
    const ref = { ...here, ref: 'heads/kept' };
    const back = { ...ref, sha: commit.parents[0].sha, force: true };
    await rest.expectStatus(422, 'PATCH /repos/{owner}/{repo}/git/refs/{ref}', back);
    await rest.expectStatus(422, 'DELETE /repos/{owner}/{repo}/git/refs/{ref}', ref);
    await rest.expectStatus(204, remove, branch);
    await rest.expectStatus(204, 'DELETE /repos/{owner}/{repo}/git/refs/{ref}', ref);
    await rest.expectStatus(404, put, { ...branch, ...least });
  });

  it('has driven each of its routes once with success', () => {
    assert.deepEqual(rest.missing(groups.git), []);
  });
});
