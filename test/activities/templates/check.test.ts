import assert from 'node:assert/strict';
import { templateActivities } from '../../../activities/templates.ts';
import { deadForge } from '../workspaces/place.ts';
import { createLogger } from '../../../core/logger.ts';
import { unchecked } from '../../../domain/hiring/template-health.ts';
import { forgeOf, inActivity, type TestGithub } from '../../support/factories-workspaces.ts';
import { bareKey, owner, plainKey, soundKey, startTemplateGithub, wordlessKey } from '../../support/template-github.ts';

const repository = 'GET /repos/{owner}/{repo}';
const branch = 'GET /repos/{owner}/{repo}/branches/{branch}';
const content = 'GET /repos/{owner}/{repo}/contents/{path}';

describe('the static checks of a template', () => {
  let github: TestGithub;
  before(async () => {
    github = await startTemplateGithub();
  });
  after(() => github.close());
  afterEach(() => github.control.resetFaults());

  const under = (templateKey: string, mode: 'static' | 'live' = 'static') => ({
    templateKey,
    repoFullName: `${owner}/tenon-template-${templateKey}`,
    workflowFile: '.github/workflows/tenon-ci.yml',
    mode,
  });
  /** Twice, with the same answer. */
  const check = async (templateKey: string, mode: 'static' | 'live' = 'static', forge = forgeOf(github)) => {
    const { checkTemplate } = templateActivities({ forge });
    const found = await inActivity(checkTemplate, under(templateKey, mode));
    assert.deepEqual(await inActivity(checkTemplate, under(templateKey, mode), 2), found);
    return found;
  };
  const errorsOf = async (templateKey: string) => (await check(templateKey)).report.errors;

  it('find a sound template sound, whatever the case of the words', async () => {
    const { report, hasSolution } = await check(soundKey);
    assert.deepEqual(report, {
      ...under(soundKey),
      defaultBranch: 'main',
      ok: true,
      errors: [],
      checks: {
        repoReachable: true,
        defaultBranch: 'main',
        defaultBranchUsable: true,
        workflowFileExists: true,
        workflowHasUploadArtifact: true,
        workflowHasArtifactName: true,
        workflowHasTestResultsJson: true,
      },
      workflowRunId: null,
      workflowConclusion: null,
      artifactNameFound: null,
      dryRun: null,
    });
    assert.equal(hasSolution, false, 'not asked for in static mode');
  });

  it('say for live ones whether the template brings a solution', async () => {
    assert.equal((await check(soundKey, 'live')).hasSolution, true);
    assert.equal((await check(plainKey, 'live')).hasSolution, false);
  });

  it('name every word that the workflow file lacks', async () => {
    assert.deepEqual(await errorsOf(wordlessKey), [
      'workflow_missing_upload_artifact',
      'workflow_missing_artifact_name',
      'workflow_missing_test_results_json',
    ]);
  });

  it('miss the workflow file, the repository and the branch', async () => {
    assert.deepEqual(await errorsOf(bareKey), ['workflow_file_missing']);
    const { report } = await check('ml-infra-mlops');
    assert.deepEqual([report.errors, report.checks], [['repo_not_found'], unchecked]);
    await github.control.fault({ route: branch, status: 404 });
    assert.deepEqual(await errorsOf(soundKey), ['default_branch_unusable']);
  });

  it('tell what GitHub refuses and does not answer', async () => {
    const cases = [
      [{ route: repository, status: 403 }, 'github_forbidden'],
      [{ route: repository, rateLimited: 'primary' }, 'github_rate_limited'],
      [{ route: content, status: 429 }, 'github_rate_limited'],
      [{ route: repository, status: 401 }, 'repo_unreachable'],
      [{ route: repository, status: 503 }, 'repo_unreachable'],
      [{ route: branch, status: 403 }, 'github_forbidden'],
      [{ route: branch, status: 422 }, 'default_branch_unusable'],
      [{ route: content, status: 422 }, 'workflow_file_unreadable'],
      [{ route: content, status: 200, body: [] }, 'workflow_file_unreadable'],
    ] as const;
    for (const [fault, error] of cases) {
      await github.control.fault(fault);
      assert.deepEqual(await errorsOf(soundKey), [error], JSON.stringify(fault));
      await github.control.resetFaults();
    }
    const { report } = await check(soundKey, 'static', deadForge(createLogger('test', 'silent')));
    assert.deepEqual(report.errors, ['repo_unreachable']);
  });

  it('miss the default branch of a repository that names none', async () => {
    const now = new Date().toISOString();
    const nameless = {
      id: 7,
      full_name: `${owner}/tenon-template-go-gin`,
      default_branch: '',
      private: true,
      created_at: now,
    };
    await github.control.fault({ route: repository, status: 200, body: nameless });
    assert.deepEqual(await errorsOf(soundKey), ['default_branch_missing']);
  });
});
