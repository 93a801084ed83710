import assert from 'node:assert/strict';
import { appAuth } from '../../../adapters/github/app-auth.ts';
import { githubClient } from '../../../adapters/github/client.ts';
import type { ForgeLimits, OpenForge } from '../../../adapters/github/index.ts';
import { eventually } from '../../support/eventually.ts';
import { asApp, installationOf } from '../../support/github-app.ts';
import {
  appForgeOf,
  keepingLog,
  plainTemplate,
  startTestGithub,
  tinyTemplate,
  type TestGithub,
} from '../../support/factories-workspaces.ts';

const owner = 'tenon-hire-dev';
const tokensRoute = 'POST /app/installations/{installation_id}/access_tokens';
const branchRoute = 'GET /repos/{owner}/{repo}/branches/{branch}';
const generateRoute = 'POST /repos/{template_owner}/{template_repo}/generate';
const minute = 60_000;
const allGranted = { actions: 'write', administration: 'write', contents: 'write', workflows: 'write' } as const;

describe('GitHub called as an app', () => {
  const { log, lines } = keepingLog();
  const forges: OpenForge[] = [];
  let nowMs = Date.now();
  let github: TestGithub;

  before(async () => {
    github = await startTestGithub(undefined, () => nowMs);
  });
  after(async () => {
    const secrets = /ghs_[A-Za-z0-9]{8}|eyJ|PRIVATE KEY|[A-Za-z0-9+/]{64}/;
    assert.ok(lines.length > 0);
    assert.doesNotMatch(lines.join(''), secrets, 'neither the key nor a token is in any log line');
    await github.close();
  });
  afterEach(async () => {
    await github.control.resetFaults();
    await Promise.all(forges.splice(0).map((forge) => forge.close()));
    await github.control.app({ permissions: allGranted, isInstalled: true });
    nowMs += 60 * minute; // what a test left has ended
  });

  const forgeWith = (limits: Partial<ForgeLimits> = {}, changes: Partial<TestGithub['app']> = {}): OpenForge => {
    const app = { ...github.app, ...changes };
    const forge = appForgeOf({ ...github, app }, log, { now: () => nowMs, ...limits });
    forges.push(forge);
    return forge;
  };
  const head = (forge: OpenForge, repo = tinyTemplate) => forge.getBranchHead(repo, 'main');
  const generate = (forge: OpenForge, name: string) =>
    forge.generateFromTemplate({ templateFullName: tinyTemplate, owner, name, description: 'by a test' });
  /** How often `route` is called during the work. */
  const counted = async (route: string, work: () => Promise<unknown>): Promise<number> => {
    await github.control.clearCalls();
    await work();
    return (await github.control.calls()).counts[route] ?? 0;
  };
  const living = async (): Promise<string[]> =>
    (await github.control.appTokens()).map(
      ({ repositories, permissions }) => `${String(repositories)} ${JSON.stringify(permissions)}`,
    );

  describe('its tokens', () => {
    it('are cut to one repository and to what the call needs', async () => {
      const forge = forgeWith();
      await head(forge);
      await forge.workflowIsDispatchable(plainTemplate, 'tenon-ci.yml');
      assert.deepEqual(await living(), [
        'tenon-template-tiny {"contents":"read","metadata":"read"}',
        'tenon-template-plain {"actions":"read","metadata":"read"}',
      ]);
    });

    it('are asked for once by many callers, and once for each repository and kind of call', async () => {
      const forge = forgeWith();
      assert.equal(await counted(tokensRoute, () => Promise.all(Array.from({ length: 20 }, () => head(forge)))), 1);
      assert.equal(await counted(tokensRoute, () => head(forge, tinyTemplate.toUpperCase())), 0);
      assert.equal(await counted(tokensRoute, () => forge.getRepository(tinyTemplate)), 0);
      assert.equal(await counted(tokensRoute, () => head(forge, plainTemplate)), 1);
      assert.equal(await counted(tokensRoute, () => forge.findRunByMarker(tinyTemplate, 'none')), 1);
    });

    it('are not kept when the request failed, which may be sent again as it is', async () => {
      const forge = forgeWith();
      await github.control.fault({ route: tokensRoute, status: 500, times: 2 });
      const dispatch = {
        repo: tinyTemplate,
        workflowFile: 'tenon-ci.yml',
        ref: 'main',
        inputs: {},
        optionalInputs: [],
      };
      assert.ok((await forge.dispatchWorkflow(dispatch)).githubRunId);
      await github.control.fault({ route: tokensRoute, status: 403 });
      await assert.rejects(head(forge), { code: 'GITHUB_PERMISSION_DENIED' });
      await github.control.resetFaults();
      assert.ok(await head(forge));
    });

    it('are asked for anew five minutes before their end, whatever our clock says', async () => {
      const ahead = forgeWith({ now: () => nowMs + 50 * minute });
      await head(ahead);
      nowMs += 55 * minute - 1_000;
      assert.equal(await counted(tokensRoute, () => head(ahead)), 0);
      nowMs += 2_000;
      assert.equal(await counted(tokensRoute, () => head(ahead)), 1);
      assert.equal(await counted(tokensRoute, () => head(ahead)), 0);
    });

    it('are replaced once when GitHub refuses them', async () => {
      const forge = forgeWith();
      await head(forge);
      nowMs += minute;
      await github.control.fault({ route: branchRoute, status: 401, times: 1 });
      assert.equal(await counted(tokensRoute, () => head(forge)), 1);
      nowMs += minute;
      await github.control.fault({ route: branchRoute, status: 401 });
      const refused = () => assert.rejects(head(forge), { code: 'GITHUB_TOKEN_INVALID' });
      assert.equal(await counted(tokensRoute, refused), 1);
      nowMs += minute;
      assert.equal(await counted(branchRoute, refused), 2, 'no more than once again');
    });

    it('are given a moment when they are new and not yet known everywhere', async () => {
      const forge = forgeWith();
      await github.control.fault({ route: branchRoute, status: 401, times: 1 });
      assert.equal(await counted(tokensRoute, () => head(forge)), 1);
    });

    it('fall out of a cache that is full, the longest unused first, and are given back', async () => {
      const forge = forgeWith({ maxTokens: 2 });
      await head(forge);
      await head(forge, plainTemplate);
      await head(forge);
      await forge.findRunByMarker(tinyTemplate, 'none');
      const left = [
        'tenon-template-tiny {"actions":"read","metadata":"read"}',
        'tenon-template-tiny {"contents":"read","metadata":"read"}',
      ];
      await eventually('two tokens', async () => JSON.stringify((await living()).sort()) === JSON.stringify(left));
      assert.equal(await counted(tokensRoute, () => head(forge)), 0);
    });

    it('of a repository are given back when it is archived', async () => {
      const forge = forgeWith();
      const { fullName } = await generate(forge, 'archived');
      await head(forge, fullName);
      await head(forge);
      await forge.archiveRepository(fullName);
      await eventually('its tokens to end', async () => !(await living()).some((one) => one.startsWith('archived ')));
      assert.equal(await counted(tokensRoute, () => head(forge)), 0, 'others go on');
    });

    it('of a repository that is gone are not used for one that is made with its name', async () => {
      const forge = forgeWith();
      const { fullName } = await generate(forge, 'phoenix');
      await head(forge, fullName);
      assert.equal((await asApp(github, github.token, 'DELETE', `/repos/${fullName}`)).status, 204);
      await generate(forge, 'phoenix');
      assert.ok(await head(forge, fullName));
    });

    it('are all given back at the end, after which nothing is sent', async () => {
      const forge = forgeWith();
      await Promise.all([head(forge), head(forge, plainTemplate), forge.findRunByMarker(tinyTemplate, 'none')]);
      assert.equal((await living()).length, 3);
      await forge.close();
      assert.deepEqual(await living(), []);
      await assert.rejects(head(forge), { code: 'GITHUB_UNAVAILABLE' });
      await forge.close();
    });

    it('that cannot be given back do no harm', async () => {
      const forge = forgeWith();
      await head(forge);
      await github.control.fault({ route: 'DELETE /installation/token', status: 500 });
      await forge.close();
      assert.equal((await living()).length, 1);
      assert.match(lines.at(-1) ?? '', /was not revoked and ends by itself/);
      nowMs += 60 * minute;
      assert.deepEqual(await living(), [], 'it ended by itself');
    });
  });

  describe('a call', () => {
    it('that wants more than was granted is refused as GitHub refuses it', async () => {
      const forge = forgeWith();
      await github.control.app({ permissions: { contents: 'read', metadata: 'read' } });
      assert.ok(await head(forge));
      await assert.rejects(forge.addCollaborator(tinyTemplate, 'octo-candidate'), { code: 'GITHUB_PERMISSION_DENIED' });
    });

    it('finds a repository under the name that it had, and none that is not there', async () => {
      const forge = forgeWith();
      const { fullName } = await generate(forge, 'old-name');
      const renamed = await asApp(github, github.token, 'PATCH', `/repos/${fullName}`, { name: 'new-name' });
      assert.equal(renamed.status, 200);
      const fresh = forgeWith();
      assert.equal((await fresh.getRepository(fullName)).fullName, `${owner}/new-name`);
      await assert.rejects(fresh.getRepository(`${owner}/none`), { code: 'GITHUB_NOT_FOUND' });
      assert.equal(await head(fresh, `${owner}/none`), null);
      await eventually(
        'the token that looked to end',
        async () => !(await living()).some((one) => one.startsWith('null')),
      );
    });

    it('generates with a token for the template alone; for the installation where GitHub wants that', async () => {
      const forge = forgeWith();
      await generate(forge, 'made-1');
      const cut = '{"administration":"write","contents":"read","workflows":"write","metadata":"read"}';
      assert.deepEqual(await living(), [`tenon-template-tiny ${cut}`]);
      const body = { message: 'Resource not accessible by integration' };
      await github.control.fault({ route: generateRoute, status: 403, body, times: 1 });
      assert.equal(await counted(generateRoute, () => generate(forge, 'made-2')), 2);
      assert.deepEqual((await living()).sort(), [`null ${cut}`, `tenon-template-tiny ${cut}`]);
      assert.equal(await counted(generateRoute, () => generate(forge, 'made-3')), 1, 'remembered');
    });

    it('ends at its own time when a token does not come, and the next one asks again', async () => {
      const hasty = forgeWith({ callMs: 100 });
      await github.control.fault({ route: tokensRoute, hang: true, times: 1 });
      await assert.rejects(head(hasty), { code: 'GITHUB_UNAVAILABLE' });
      await eventually('the next to be answered', () =>
        head(hasty).then(
          () => true,
          () => false,
        ),
      );
    });
  });

  it('calls as itself where GitHub wants that, with no token of an installation', async () => {
    const { authenticate, asApp: own } = appAuth(github.app, { apiBase: github.apiUrl, timeoutMs: 5_000 }, log, {
      now: () => nowMs,
    });
    const client = githubClient({ apiBase: github.apiUrl, auth: authenticate, timeoutMs: 5_000 });
    assert.equal(await counted(tokensRoute, () => client.rest.apps.getAuthenticated()), 0);
    assert.equal((await own.rest.apps.getAuthenticated()).data?.slug, 'tenon-app');
  });

  describe('the installation', () => {
    const orgRoute = 'GET /orgs/{org}/installation';

    it('is looked up once by the owner of the templates, an organisation or a user', async () => {
      const forge = forgeWith();
      assert.equal(await counted(orgRoute, () => Promise.all([head(forge), head(forge, plainTemplate)])), 1);
      await github.control.fault({ route: orgRoute, status: 404, body: { message: 'Not Found' } });
      const other = forgeWith();
      assert.equal(await counted('GET /users/{username}/installation', () => head(other)), 1);
    });

    it('is not looked up when it is given', async () => {
      const given = forgeWith({}, { installationId: String(await installationOf(github, nowMs)) });
      assert.equal(await counted(orgRoute, () => head(given)), 0);
    });

    it('that is not there is told as a token that is not valid, and the log says why', async () => {
      await github.control.app({ isInstalled: false });
      await assert.rejects(head(forgeWith()), { code: 'GITHUB_TOKEN_INVALID' });
      assert.match(lines.at(-1) ?? '', /the GitHub App is not installed on tenon-hire-dev/);
    });

    it('that went and came back is found again', async () => {
      const forge = forgeWith();
      await head(forge);
      await github.control.app({ isInstalled: false });
      await assert.rejects(forge.findRunByMarker(tinyTemplate, 'none'), { code: 'GITHUB_NOT_FOUND' });
      await github.control.app({ isInstalled: true });
      assert.equal(await forge.findRunByMarker(tinyTemplate, 'none'), null);
    });
  });

  describe('a clock that is off', () => {
    for (const [what, offMs] of [
      ['ahead by minutes', 7 * minute],
      ['behind by minutes', -20 * minute],
    ] as const) {
      it(`${what} is corrected by GitHub’s`, async () => {
        const forge = forgeWith({ now: () => nowMs + offMs });
        assert.ok(await head(forge));
        assert.equal(await counted(tokensRoute, () => head(forge, plainTemplate)), 1, 'and stays corrected');
      });
    }

    it('is not to blame for an app that GitHub does not know', async () => {
      const wrong = forgeWith({}, { id: '1' });
      await assert.rejects(head(wrong), { code: 'GITHUB_TOKEN_INVALID' });
    });
  });
});
