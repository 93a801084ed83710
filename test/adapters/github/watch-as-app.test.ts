import assert from 'node:assert/strict';
import { callPermissions, rightFor, watchPermissions } from '../../../adapters/github/permissions.ts';
import { githubWatch, type OpenWatch } from '../../../adapters/github/watch.ts';
import { createLogger } from '../../../core/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { forgeOf, startTestGithub, tinyTemplate, type TestGithub } from '../../support/factories-workspaces.ts';

const owner = 'tenon-hire-dev';
const webhookUrl = 'http://127.0.0.1:1/api/github/webhooks';

describe('what reconciliation reads at GitHub, as an app', () => {
  let github: TestGithub;
  let watch: OpenWatch;
  let repo: { readonly id: string; readonly fullName: string };

  before(async () => {
    github = await startTestGithub({ url: webhookUrl, secret: 'a-secret-of-the-tests' });
    const wanted = { templateFullName: tinyTemplate, owner, name: 'seen', description: 'by a test' };
    repo = await forgeOf(github).generateFromTemplate(wanted);
    watch = githubWatch({ apiBase: github.apiUrl, app: github.app, owner, webhookUrl }, createLogger('test', 'silent'));
  });
  after(async () => {
    await watch.close();
    await github.close();
  });

  it('is the log of the organisation’s hook, when the app has none that tells us', async () => {
    const log = await watch.findDeliveryLog();
    assert.match(log?.hook ?? '', /^\/orgs\/tenon-hire-dev\/hooks\/\d+$/);
    const newest = await eventually('a delivery', async () => (await log?.page(null))?.deliveries[0]);
    const payload = (await log?.payload(newest.id)) as { repository?: { full_name?: string } };
    assert.equal(payload.repository?.full_name, repo.fullName);
  });

  it('is a repository by its number, and its branch', async () => {
    assert.equal((await watch.repositoryById(repo.id))?.fullName, repo.fullName);
    assert.match((await watch.branchHead(repo.fullName, 'main')) ?? '', /^[0-9a-f]{40}$/);
    assert.equal(await watch.repositoryById('999999'), null);
  });

  it('asks for no more than each call needs, each of which is written down, and gives every token back', async () => {
    const { calls } = await github.control.calls();
    const routes = new Set(calls.flatMap(({ login, route }) => (login === 'tenon-app[bot]' && route ? [route] : [])));
    for (const route of Object.keys(watchPermissions))
      if (route !== 'GET /repositories/{repository_id}') assert.ok(routes.has(route), route);
    for (const { repositories, permissions } of await github.control.appTokens()) {
      const names = Object.keys(permissions).filter((name) => name !== 'metadata');
      if (repositories === null) assert.ok(names.length === 0 || names.join() === 'organization_hooks', names.join());
      else assert.deepEqual([repositories.length, names], [1, ['contents']]);
    }
    assert.deepEqual(rightFor('GET /repositories/{repository_id}'), {
      as: 'installation',
      permissions: { metadata: 'read' },
    });
    assert.ok(!Object.keys(watchPermissions).some((route) => route in callPermissions));
    await watch.close();
    assert.deepEqual(await github.control.appTokens(), []);
  });
});
