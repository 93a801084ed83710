import assert from 'node:assert/strict';
import type { GithubForge } from '../../../adapters/github/index.ts';
import { planRefusal, protectionRoute } from '../../../local/github/rest/protection.ts';
import {
  describeForges,
  forgeOf,
  startTestGithub,
  tinyTemplate,
  type TestGithub,
} from '../../support/factories-workspaces.ts';

describeForges('GitHub repositories', (forgeBy) => {
  let github: TestGithub;
  let forge: GithubForge;
  let counted = 0;
  const owner = 'tenon-hire-dev';
  const nameOf = (): string => `ws-${(counted += 1)}`;
  const generate = (name: string) =>
    forge.generateFromTemplate({ templateFullName: tinyTemplate, owner, name, description: 'by a test' });

  const change = (repo: string, body: object) =>
    fetch(`${github.apiUrl}/repos/${repo}`, {
      method: 'PATCH',
      headers: { authorization: `token ${github.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const rename = (repo: string, name: string) => change(repo, { name });

  before(async () => {
    github = await startTestGithub();
    forge = forgeBy(github);
  });
  after(() => github.close());
  afterEach(() => github.control.resetFaults());

  it('generates from a template, and adopts what has the name already', async () => {
    const name = nameOf();
    const made = await generate(name);
    assert.match(made.id, /^\d+$/);
    const { createdAt, ...facts } = made;
    assert.deepEqual(facts, {
      id: made.id,
      fullName: `${owner}/${name}`,
      defaultBranch: 'main',
      archived: false,
      isPrivate: true,
      description: 'by a test',
    });
    assert.ok(Math.abs(createdAt.getTime() - Date.now()) < 60_000);
    assert.deepEqual(await generate(name), made);
    assert.deepEqual(await forge.getRepository(`${owner}/${name}`), made);
  });

  it('does not adopt what is described otherwise or open to everyone', async () => {
    const name = nameOf();
    await generate(name);
    const wanted = { templateFullName: tinyTemplate, owner, name, description: 'for another purpose' };
    const taken = { code: 'REPOSITORY_NAME_TAKEN', retryable: false, status: 502 };
    await assert.rejects(forge.generateFromTemplate(wanted), taken);
    await change(`${owner}/${name}`, { private: false });
    await assert.rejects(generate(name), taken);
  });

  it('knows who administers a repository: its own account, asked once, and whoever GitHub says', async () => {
    const repo = (await generate(nameOf())).fullName;
    const { login } = await github.control.user('octo-visitor');
    await github.control.clearCalls();
    assert.equal(await forge.administers(repo, login), false);
    assert.equal(await forge.administers(repo, login.toUpperCase()), false);
    const timesAsked = forgeBy === forgeOf ? 1 : undefined; // an app has no account
    assert.equal((await github.control.calls()).counts['GET /user'], timesAsked);
    await assert.rejects(forge.administers(repo, 'nobody-by-that-name'), { code: 'GITHUB_NOT_FOUND' });
    await github.control.fault({
      route: 'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
      status: 200,
      body: { permission: 'admin', role_name: 'admin', user: null },
    });
    assert.equal(await forge.administers(repo, login), true);
  });

  it('names what is not there', async () => {
    await assert.rejects(forge.getRepository(`${owner}/none`), { code: 'GITHUB_NOT_FOUND', status: 502 });
  });

  it('has no head while GitHub copies the template, then the template’s tree', async () => {
    const name = nameOf();
    await github.control.generateDelay({ ms: -1 });
    await generate(name);
    assert.equal(await forge.getBranchHead(`${owner}/${name}`, 'main'), null);
    await github.control.releaseGenerated();
    const head = await forge.getBranchHead(`${owner}/${name}`, 'main');
    assert.ok(head);
    assert.equal(await forge.sameTree(tinyTemplate, head.treeSha), true);
    assert.equal(await forge.sameTree(tinyTemplate, head.sha), false);
  });

  it('tells whether GitHub would run the workflow, and whether the template has its file', async () => {
    const bare = await github.control.templateWithoutWorkflow('tiny');
    assert.equal(await forge.hasWorkflowFile(tinyTemplate, 'tenon-ci.yml'), true);
    assert.equal(await forge.hasWorkflowFile(tinyTemplate, 'renamed.yml'), true, 'by its usual name');
    assert.equal(await forge.hasWorkflowFile(bare, 'tenon-ci.yml'), false);
    assert.equal(await forge.workflowIsDispatchable(tinyTemplate, 'tenon-ci.yml'), true);
    assert.equal(await forge.workflowIsDispatchable(bare, 'tenon-ci.yml'), false);
    await github.control.restoreTemplate('tiny');
  });

  it('gives and takes access, each harmless twice', async () => {
    const repo = (await generate(nameOf())).fullName;
    const { login, token } = await github.control.user('octo-candidate');
    const theirs = forgeOf({ ...github, token });
    await assert.rejects(theirs.getRepository(repo), { code: 'GITHUB_NOT_FOUND' });
    await forge.addCollaborator(repo, login);
    await forge.addCollaborator(repo, login);
    await forge.removeCollaborator(repo, login);
    await forge.removeCollaborator(repo, login);
    await assert.rejects(theirs.getRepository(repo), { code: 'GITHUB_NOT_FOUND' });
    await assert.rejects(forge.addCollaborator(repo, 'nobody-by-that-name'), { code: 'GITHUB_NOT_FOUND' });
  });

  it('archives and opens again, each harmless twice, also under a name that it had before', async () => {
    const repo = (await generate(nameOf())).fullName;
    const former = await generate(nameOf());
    await rename(former.fullName, nameOf());
    for (const name of [repo, former.fullName]) {
      await forge.archiveRepository(name);
      await forge.archiveRepository(name);
      assert.equal((await forge.getRepository(name)).archived, true);
      await forge.unarchiveRepository(name);
      await forge.unarchiveRepository(name);
      assert.equal((await forge.getRepository(name)).archived, false);
    }
    assert.equal((await forge.getRepository(former.fullName)).id, former.id);
  });

  it('deletes, also what is archived', async () => {
    const repo = (await generate(nameOf())).fullName;
    await forge.archiveRepository(repo);
    await forge.deleteRepository(repo);
    await assert.rejects(forge.getRepository(repo), { code: 'GITHUB_NOT_FOUND' });
    await assert.rejects(forge.deleteRepository(repo), { code: 'GITHUB_NOT_FOUND' });
  });

  it('protects a branch, harmless twice, and tells a plan without protection from a missing right', async () => {
    const repo = (await generate(nameOf())).fullName;
    assert.equal(await forge.protectBranch(repo, 'main'), 'protected');
    assert.equal(await forge.protectBranch(repo, 'main'), 'protected');
    await assert.rejects(forge.protectBranch(repo, 'none'), { code: 'GITHUB_NOT_FOUND' });
    const refused = { route: `PUT ${protectionRoute}`, status: 403, times: 1 };
    await github.control.fault({ ...refused, body: planRefusal });
    assert.equal(await forge.protectBranch(repo, 'main'), 'unsupported');
    await github.control.fault({ ...refused, body: { message: 'Resource not accessible by integration' } });
    await assert.rejects(forge.protectBranch(repo, 'main'), { code: 'GITHUB_PERMISSION_DENIED', retryable: false });
  });

  it('compares two commits as GitHub tells it', async () => {
    const repo = (await generate(nameOf())).fullName;
    const head = await forge.getBranchHead(repo, 'main');
    assert.ok(head);
    const same = await forge.compare(repo, head.sha, head.sha);
    assert.deepEqual(same, { ahead_by: 0, behind_by: 0, total_commits: 0, files: [] });
    await assert.rejects(forge.compare(repo, head.sha, 'f'.repeat(40)), { code: 'GITHUB_NOT_FOUND' });
  });
});
