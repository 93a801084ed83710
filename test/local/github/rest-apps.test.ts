import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { permissionsFor } from '../../../local/github/rest/app-permissions.ts';
import { routes } from '../../../local/github/rest/index.ts';
import { asApp, cutToken, installationOf, signedByApp, testApp, testAppPublicKey } from '../../support/github-app.ts';
import { groups, restCaller, routeName } from './rest-caller.ts';
import type { Answer, RestCaller } from './rest-caller.ts';
import { generate, org, startTestGithub, stopTestGithub, template } from './support.ts';
import type { TestGithub } from './support.ts';

const tokensRoute = 'POST /app/installations/{installation_id}/access_tokens';
const repositoryRoute = 'GET /repos/{owner}/{repo}';

describe('local GitHub: apps, their installation and its tokens', () => {
  let aheadMs = 0;
  let github: TestGithub;
  let rest: RestCaller;
  let installation_id: number;
  const app = { id: Number(testApp.id), publicKey: testAppPublicKey };
  const repo = (name: string) => ({ owner: org, repo: name });

  before(async () => {
    github = await startTestGithub({ app, now: () => Date.now() + aheadMs });
    rest = restCaller(github);
    await generate(github, 'work');
    await generate(github, 'other');
    installation_id = await installationOf(github);
  });
  after(() => stopTestGithub(github));

  const asSigned = (route: string, params: object = {}, token = signedByApp({})): Promise<Answer> =>
    rest.call(route, { ...params }, github.octokitFor(token));
  const asToken = (token: string, route: string, params: object = {}): Promise<Answer> =>
    rest.call(route, { ...params }, github.octokitFor(token));

  it('show the app and its one installation to the app alone', async () => {
    const shown = await asSigned('GET /app');
    assert.deepEqual([shown.data.id, shown.data.slug], [app.id, 'tenon-app']);
    const found = await asSigned('GET /orgs/{org}/installation', { org });
    assert.equal(found.data.id, installation_id);
    assert.equal((await asSigned('GET /users/{username}/installation', { username: org })).data.id, installation_id);
    const byId = await asSigned('GET /app/installations/{installation_id}', { installation_id });
    assert.deepEqual(byId.data, found.data);
    assert.equal((await asSigned('GET /orgs/{org}/installation', { org: 'nobody' })).status, 404);
    assert.equal((await asSigned('GET /app/installations/{installation_id}', { installation_id: 1 })).status, 404);
    assert.equal((await rest.call('GET /app')).status, 401, 'with an account’s token');
  });

  it('take only a token that the app signed, that is not from the future and ends within ten minutes', async () => {
    const nowS = Math.floor(Date.now() / 1_000);
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const cases: [string, string, number, RegExp][] = [
      ['another key', signedByApp({}, stranger), 401, /could not be decoded/],
      ['another app', signedByApp({ iss: '1' }), 404, /Integration not found/],
      ['no issuer', signedByApp({ iss: '' }), 404, /Integration not found/],
      ['the future', signedByApp({ iat: nowS + 120 }), 401, /'iat'/],
      ['an end that is too late', signedByApp({ exp: nowS + 700 }), 401, /too far in the future/],
      ['an end that was', signedByApp({ exp: nowS - 1 }), 401, /'exp'/],
      ['no form', 'eyJ.eyJ.x', 401, /could not be decoded/],
    ];
    for (const [what, token, status, words] of cases) {
      const answer = await asSigned('GET /app', {}, token);
      assert.equal(answer.status, status, what);
      assert.match(answer.data.message, words, what);
    }
    assert.equal((await asSigned(repositoryRoute, repo('work'))).status, 404, 'its own token opens no repository');
  });

  it('give tokens for what is asked, and nothing beyond what is granted', async () => {
    const whole = await asSigned(tokensRoute, { installation_id });
    assert.match(whole.data.token, /^ghs_/);
    assert.deepEqual([whole.data.repository_selection, whole.data.repositories], ['all', undefined]);
    const cut = { installation_id, repositories: ['Work'], permissions: { contents: 'read' } };
    const one = await asSigned(tokensRoute, cut);
    assert.deepEqual(one.data.permissions, { contents: 'read', metadata: 'read' });
    assert.deepEqual(
      one.data.repositories.map(({ name }: { name: string }) => name),
      ['work'],
    );
    const id = Number(one.data.repositories[0].id);
    assert.equal((await asSigned(tokensRoute, { installation_id, repository_ids: [id] })).status, 201);
    for (const [too, words] of [
      [{ repositories: ['none'] }, /does not exist or is not accessible/],
      [{ repository_ids: [1] }, /does not exist or is not accessible/],
      [{ permissions: { issues: 'read' } }, /not granted/],
      [{ permissions: { organization_hooks: 'write' } }, /not granted/],
      [{ repositories: 'work' }, /is not an array/],
    ] as const) {
      const answer = await asSigned(tokensRoute, { installation_id, ...too });
      assert.equal(answer.status, 422, JSON.stringify(too));
      assert.match(answer.data.message, words);
    }
  });

  it('keep a token inside its repositories', async () => {
    const token = await cutToken(github, { repositories: ['work'] });
    assert.equal((await asToken(token, repositoryRoute, repo('work'))).status, 200);
    for (const name of ['other', template])
      assert.equal((await asToken(token, repositoryRoute, repo(name))).status, 404, name);
    const patch = await asToken(token, 'PATCH /repos/{owner}/{repo}', { ...repo('other'), description: 'x' });
    assert.equal(patch.status, 404);
    const visible = await asToken(token, 'GET /installation/repositories');
    assert.deepEqual(
      visible.data.repositories.map(({ name }: { name: string }) => name),
      ['work'],
    );
    await github.octokit.request('PATCH /repos/{owner}/{repo}', { ...repo('other'), private: false });
    assert.equal((await asToken(token, repositoryRoute, repo('other'))).status, 200, 'what is public can be read');
    const write = await asToken(token, 'PATCH /repos/{owner}/{repo}', { ...repo('other'), description: 'x' });
    assert.equal(write.status, 403);
    await github.octokit.request('PATCH /repos/{owner}/{repo}', { ...repo('other'), private: true });
  });

  it('keep a token inside its permissions', async () => {
    const token = await cutToken(github, { repositories: ['work'], permissions: { metadata: 'read' } });
    assert.equal((await asToken(token, repositoryRoute, repo('work'))).status, 200);
    for (const path of ['commits', 'actions/workflows']) {
      const answer = await asApp(github, token, 'GET', `/repos/${org}/work/${path}`);
      const { message } = (await answer.json()) as { message: string };
      assert.deepEqual([answer.status, message], [403, 'Resource not accessible by integration'], path);
    }
    assert.equal((await asToken(token, 'GET /user')).status, 403, 'it has no account');
    assert.equal((await asToken(token, 'GET /orgs/{org}/hooks', { org })).status, 403);
    const whole = await cutToken(github, {});
    assert.equal((await asToken(whole, 'GET /orgs/{org}/hooks', { org })).status, 200);
  });

  it('end a token after an hour, when it is given back, and when the app goes', async () => {
    const token = await cutToken(github, {});
    const works = async (given = token) => (await asToken(given, repositoryRoute, repo('work'))).status;
    aheadMs = 59 * 60_000;
    assert.equal(await works(), 200);
    aheadMs += 61_000;
    assert.equal(await works(), 401);
    aheadMs = 0;
    const another = await cutToken(github, {});
    assert.equal((await asToken(another, 'DELETE /installation/token')).status, 204);
    assert.equal(await works(another), 401);
    assert.equal((await rest.call('DELETE /installation/token')).status, 403, 'with an account’s token');
    const last = await cutToken(github, {});
    await github.control.app({ isInstalled: false });
    assert.equal(await works(last), 401);
    assert.equal((await asSigned('GET /orgs/{org}/installation', { org })).status, 404);
    await github.control.app({ isInstalled: true });
  });

  it('live on over a restart', async () => {
    const token = await cutToken(github, { repositories: ['work'] });
    github = await github.restart();
    assert.equal(await installationOf(github), installation_id);
    const answer = await github.octokitFor(token).request(repositoryRoute, repo('work'));
    assert.equal(answer.status, 200);
  });

  it('have the permissions of every route of a repository', () => {
    const without = routes.filter(({ access }) => access !== 'app' && access !== 'installation');
    assert.deepEqual(without.filter((route) => !permissionsFor(route)).map(routeName), [
      'GET /user',
      'GET /user/repository_invitations',
      'PATCH /user/repository_invitations/{invitation_id}',
      'DELETE /user/repository_invitations/{invitation_id}',
    ]);
  });

  it('have driven each of their routes once with success', () => {
    assert.deepEqual(rest.missing(groups.apps), []);
  });
});
