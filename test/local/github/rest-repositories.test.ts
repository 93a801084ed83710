import assert from 'node:assert/strict';
import { routes } from '../../../local/github/rest/index.ts';
import { groups, restCaller, routeName } from './rest-caller.ts';
import type { RestCaller } from './rest-caller.ts';
import { generate, org, startTestGithub, stopTestGithub, template } from './support.ts';
import type { TestGithub } from './support.ts';

describe('local GitHub: REST replies for repositories and people fit the published description', () => {
  let github: TestGithub;
  let rest: RestCaller;
  const here = { owner: org, repo: 'work' };

  before(async () => {
    github = await startTestGithub();
    rest = restCaller(github);
    await generate(github, 'work');
  });
  after(() => stopTestGithub(github));

  it('knows who calls and turns strangers away', async () => {
    assert.equal((await rest.call('GET /user')).data.login, 'tenon-bot');
    await rest.call('GET /rate_limit');
    const bad = await rest.call('GET /user', {}, github.octokitFor('nonsense'));
    assert.deepEqual([bad.status, bad.data.message], [401, 'Bad credentials']);
    const anonymous = await fetch(`${github.apiUrl}/user`);
    assert.equal(anonymous.status, 401);
    const { token } = await github.control.user('mona');
    const hidden = await rest.call('GET /repos/{owner}/{repo}', here, github.octokitFor(token));
    assert.equal(hidden.status, 404);
  });

  it('generates repositories with one fresh commit and the template’s tree', async () => {
    const route = 'POST /repos/{template_owner}/{template_repo}/generate';
    const from = { template_owner: org, template_repo: template };
    const made = await rest.expectStatus(201, route, { ...from, owner: org, name: 'second', private: true });
    assert.equal(made.data.template_repository.name, template);
    const commits = await rest.call('GET /repos/{owner}/{repo}/commits', { owner: org, repo: 'second' });
    const original = await rest.call('GET /repos/{owner}/{repo}/commits', { owner: org, repo: template });
    assert.equal(commits.data.length, 1);
    assert.equal(commits.data[0].commit.tree.sha, original.data[0].commit.tree.sha);
    assert.notEqual(commits.data[0].sha, original.data[0].sha);
    const taken = await rest.expectStatus(422, route, { ...from, owner: org, name: 'Second', private: true });
    assert.equal(taken.data.errors[0].message, 'name already exists on this account');
    await rest.expectStatus(404, route, { template_owner: org, template_repo: 'work', owner: org, name: 'third' });
    await rest.expectStatus(404, route, { ...from, owner: 'nobody', name: 'third' });
  });

  it('shows an empty repository while it is being generated', async () => {
    await github.control.generateDelay({ ms: -1 });
    await generate(github, 'slow');
    const slow = { owner: org, repo: 'slow' };
    await rest.expectStatus(200, 'GET /repos/{owner}/{repo}', slow);
    await rest.expectStatus(404, 'GET /repos/{owner}/{repo}/contents/{path}', { ...slow, path: 'README.md' });
    await rest.expectStatus(404, 'GET /repos/{owner}/{repo}/branches/{branch}', { ...slow, branch: 'main' });
    await rest.expectStatus(409, 'GET /repos/{owner}/{repo}/commits', slow);
    await rest.expectStatus(409, 'GET /repos/{owner}/{repo}/git/ref/{ref}', { ...slow, ref: 'heads/main' });
    const dispatch = { ...slow, workflow_id: 'tenon-ci.yml', ref: 'main' };
    await rest.expectStatus(404, 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', dispatch);
    assert.equal(await github.control.releaseGenerated(), 1);
    await rest.expectStatus(200, 'GET /repos/{owner}/{repo}/contents/{path}', { ...slow, path: 'README.md' });
    await github.control.resetFaults();
  });

  it('updates, archives, renames and deletes repositories', async () => {
    const made = await generate(github, 'changing');
    const it = { owner: org, repo: 'changing' };
    const route = 'PATCH /repos/{owner}/{repo}';
    const changed = await rest.expectStatus(200, route, {
      ...it,
      description: 'New',
      is_template: true,
      visibility: 'public',
    });
    assert.deepEqual([changed.data.description, changed.data.is_template, changed.data.private], ['New', true, false]);
    await rest.expectStatus(422, route, { ...it, default_branch: 'missing' });
    await rest.expectStatus(200, route, { ...it, archived: true });
    const write = { ...it, path: 'x.txt', message: 'x', content: '' };
    const refused = await rest.expectStatus(403, 'PUT /repos/{owner}/{repo}/contents/{path}', write);
    assert.equal(refused.data.message, 'Repository was archived so is read-only.');
    await rest.expectStatus(200, route, { ...it, archived: false, name: 'changed' });
    await rest.expectStatus(301, 'GET /repos/{owner}/{repo}', it);
    const byId = await fetch(`${github.apiUrl}/repositories/${made.id}`, {
      headers: { authorization: `token ${github.token}` },
    });
    const found = (await byId.json()) as { full_name: string };
    assert.equal(found.full_name, `${org}/changed`);
    assert.deepEqual(rest.description.replyProblems('GET /repos/{owner}/{repo}', byId.status, found), []);
    await rest.expectStatus(204, 'DELETE /repos/{owner}/{repo}', { owner: org, repo: 'changed' });
    await rest.expectStatus(404, 'GET /repos/{owner}/{repo}', { owner: org, repo: 'changed' });
  });

  it('invites collaborators, who accept or decline', async () => {
    const { token } = await github.control.user('lisa');
    const lisa = github.octokitFor(token);
    const put = 'PUT /repos/{owner}/{repo}/collaborators/{username}';
    const her = { ...here, username: 'lisa' };
    const permissionRoute = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
    assert.equal((await rest.call(permissionRoute, her)).data.permission, 'none');
    const invited = await rest.expectStatus(201, put, { ...her, permission: 'push' });
    assert.equal((await rest.call('GET /repos/{owner}/{repo}/invitations', here)).data[0].id, invited.data.id);
    const decline = 'DELETE /user/repository_invitations/{invitation_id}';
    assert.equal((await rest.call(decline, { invitation_id: invited.data.id }, lisa)).status, 204);
    const again = await rest.expectStatus(201, put, { ...her, permission: 'push' });
    assert.equal((await rest.call('GET /user/repository_invitations', {}, lisa)).data[0].repository.name, 'work');
    const accept = 'PATCH /user/repository_invitations/{invitation_id}';
    assert.equal((await rest.call(accept, { invitation_id: again.data.id })).status, 404);
    assert.equal((await rest.call(accept, { invitation_id: again.data.id }, lisa)).status, 204);
    await rest.expectStatus(204, put, { ...her, permission: 'push' });
    assert.equal((await rest.call(permissionRoute, her)).data.role_name, 'write');
    await rest.expectStatus(204, 'GET /repos/{owner}/{repo}/collaborators/{username}', her);
    const all = await rest.call('GET /repos/{owner}/{repo}/collaborators', here);
    assert.deepEqual(
      all.data.map(({ login }: { login: string }) => login),
      ['tenon-bot', 'lisa'],
    );
    assert.equal((await rest.call('DELETE /repos/{owner}/{repo}', here, lisa)).status, 403);
    await rest.expectStatus(204, 'DELETE /repos/{owner}/{repo}/collaborators/{username}', her);
    assert.equal((await rest.call('GET /repos/{owner}/{repo}', here, lisa)).status, 404);
    await rest.expectStatus(404, put, { ...here, username: 'nobody-at-all' });
    await rest.expectStatus(422, put, { ...her, permission: 'everything' });
  });

  it('knows no route that the description does not know, and every route has its test', () => {
    const names = routes.map(routeName);
    assert.deepEqual(
      names.filter((name) => !rest.description.describes(name)),
      [],
    );
    assert.deepEqual(Object.values(groups).flat().map(routeName).sort(), names.sort());
  });

  it('has driven each of its routes once with success', () => {
    assert.deepEqual(rest.missing(groups.repositories), []);
  });
});
