import assert from 'node:assert/strict';
import { callPermissions, rightFor, type Permissions } from '../../../adapters/github/permissions.ts';
import type { GithubForge } from '../../../adapters/github/index.ts';
import { asApp, cutToken } from '../../support/github-app.ts';
import {
  appForgeOf,
  forgeOf,
  resultsArtifact,
  runEnd,
  startTestGithub,
  tinyTemplate,
  type TestGithub,
} from '../../support/factories-workspaces.ts';

const owner = 'tenon-hire-dev';
const workflowFile = 'tenon-ci.yml';

interface Place {
  readonly repo: string;
  /** A repository that nothing else is done to. */
  readonly spare: () => Promise<string>;
  readonly login: string;
  readonly run: string;
  readonly artifact: string;
}

/** Each method of the forge once; what is added to it wants a line here, and its calls one in the table. */
const stories: { readonly [M in keyof GithubForge]: (forge: GithubForge, at: Place) => Promise<unknown> } = {
  getRepository: (forge, { repo }) => forge.getRepository(repo),
  generateFromTemplate: (forge) =>
    forge.generateFromTemplate({ templateFullName: tinyTemplate, owner, name: 'again', description: 'by a test' }),
  archiveRepository: async (forge, { spare }) => forge.archiveRepository(await spare()),
  unarchiveRepository: async (forge, { spare }) => forge.unarchiveRepository(await spare()),
  deleteRepository: async (forge, { spare }) => forge.deleteRepository(await spare()),
  protectBranch: (forge, { repo }) => forge.protectBranch(repo, 'main'),
  getBranchHead: (forge, { repo }) => forge.getBranchHead(repo, 'main'),
  sameTree: (forge) => forge.sameTree(tinyTemplate, 'f'.repeat(40)),
  readTextFile: (forge, { repo }) => forge.readTextFile(repo, 'README.md', 'main'),
  hasWorkflowFile: (forge, { repo }) => forge.hasWorkflowFile(repo, workflowFile),
  workflowIsDispatchable: (forge, { repo }) => forge.workflowIsDispatchable(repo, workflowFile),
  administers: (forge, { repo, login }) => forge.administers(repo, login),
  addCollaborator: (forge, { repo, login }) => forge.addCollaborator(repo, login),
  removeCollaborator: (forge, { repo, login }) => forge.removeCollaborator(repo, login),
  dispatchWorkflow: (forge, { repo }) =>
    forge.dispatchWorkflow({ repo, workflowFile, ref: 'main', inputs: {}, optionalInputs: [] }),
  findRunByMarker: (forge, { repo }) => forge.findRunByMarker(repo, 'none'),
  getRun: (forge, { repo, run }) => forge.getRun(repo, run),
  listArtifacts: (forge, { repo, run }) => forge.listArtifacts(repo, run),
  downloadArtifact: (forge, { repo, artifact }) => forge.downloadArtifact(repo, artifact, 1_000_000),
  compare: (forge, { repo }) => forge.compare(repo, 'main', 'main'),
};

/** What stands in the addresses of calls. */
function paramsOf({ login, run, artifact }: Place): Readonly<Record<string, string>> {
  return {
    owner,
    repo: 'again',
    template_owner: owner,
    template_repo: 'tenon-template-tiny',
    branch: 'main',
    path: 'README.md',
    basehead: 'main...main',
    username: login,
    workflow_id: workflowFile,
    run_id: run,
    artifact_id: artifact,
    archive_format: 'zip',
  };
}

/** Everything that is a little less: one permission gone, or only read. */
function lessThan(permissions: Permissions): Permissions[] {
  return Object.entries(permissions).flatMap(([name, level]) => {
    const { [name as keyof Permissions]: _gone, ...others } = permissions;
    return level === 'write' && name !== 'workflows' ? [others, { ...others, [name]: 'read' }] : [others];
  });
}

describe('what each call to GitHub may do, as an app', () => {
  const seen = new Set<string>();
  let github: TestGithub;
  let place: Place;

  before(async () => {
    github = await startTestGithub();
    const plain = forgeOf(github);
    const generate = async (name: string) =>
      (await plain.generateFromTemplate({ templateFullName: tinyTemplate, owner, name, description: 'by a test' }))
        .fullName;
    const repo = await generate('again');
    await github.control.nextRuns({ conclusion: 'success', artifacts: [resultsArtifact({ passed: 1 })] });
    const { githubRunId } = await plain.dispatchWorkflow({
      repo,
      workflowFile,
      ref: 'main',
      inputs: {},
      optionalInputs: [],
    });
    assert.ok(githubRunId);
    await runEnd(plain, repo, githubRunId);
    const [artifact] = await plain.listArtifacts(repo, githubRunId);
    const { login } = await github.control.user('octo-candidate');
    let spares = 0;
    const spare = () => generate(`spare-${(spares += 1)}`);
    place = { repo, spare, login, run: githubRunId, artifact: artifact?.id ?? '' };
  });
  after(() => github.close());

  for (const [method, story] of Object.entries(stories)) {
    it(`${method} has all that it needs in the table, and no token that is not cut to one repository`, async () => {
      const forge = appForgeOf(github);
      await github.control.clearCalls();
      await story(forge, place);
      const calls = (await github.control.calls()).calls.filter(({ login }) => login === 'tenon-app[bot]');
      const routes = calls.flatMap(({ route }) => (route && rightOf(route) === 'installation' ? [route] : []));
      assert.ok(routes.length > 0);
      for (const route of routes) seen.add(route);
      for (const { repositories } of await github.control.appTokens()) assert.equal(repositories?.length, 1);
      await forge.close();
      assert.deepEqual(await github.control.appTokens(), []);
    });
  }

  it('is written down for no call that the forge does not send', () => {
    assert.deepEqual([...seen].sort(), Object.keys(callPermissions).sort());
  });

  for (const [route, permissions] of Object.entries(callPermissions) as [string, Permissions][]) {
    const lesser = 'metadata' in permissions ? [] : lessThan(permissions); // every token reads metadata
    for (const less of lesser) {
      it(`${route} is refused with ${JSON.stringify(less)}`, async () => {
        const token = await cutToken(github, { repositories: ['again', 'tenon-template-tiny'], permissions: less });
        const [method = '', template = ''] = route.split(' ');
        const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => paramsOf(place)[name] ?? name);
        const answer = await asApp(github, token, method, path);
        const { message } = (await answer.json()) as { message: string };
        assert.deepEqual([answer.status, message], [403, 'Resource not accessible by integration']);
      });
    }
  }

  it('is not guessed for a call without a line', () => {
    assert.throws(() => rightFor('POST /repos/{owner}/{repo}/forks'), /no permissions are written down/);
  });
});

function rightOf(route: string): string {
  return /^(GET|DELETE) \/installation\//.test(route) ? 'token' : rightFor(route).as;
}
