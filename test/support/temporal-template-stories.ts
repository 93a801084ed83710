import { ApplicationFailure } from '@temporalio/common';
import { staticReport, unchecked, type TemplateUnderTest } from '../../domain/hiring/template-health.ts';
import { templateHealthStart, type TemplateHealthInput } from '../../workflows/hiring/template-health.contract.ts';
import { begin, end, type Story } from './temporal-story.ts';
import { until } from './temporal-until.ts';

let counted = 0;

/** Two templates, one at a time, unless it says otherwise. */
export function healthInput(changes: Partial<TemplateHealthInput> = {}): TemplateHealthInput {
  const templates = ['go-gin', 'node-nest-ts'].map((templateKey) => ({
    templateKey,
    repoFullName: `acme/tenon-template-${templateKey}`,
  }));
  const id = `0d9f1a52-7f3e-4a43-9a52-${String((counted += 1)).padStart(12, '0')}`;
  return { id, mode: 'live', templates, workflowFile: 'tenon-ci.yml', timeoutSeconds: 60, concurrency: 1, ...changes };
}

const usable = {
  ...unchecked,
  repoReachable: true,
  defaultBranch: 'main',
  defaultBranchUsable: true,
  workflowFileExists: true,
  workflowHasUploadArtifact: true,
  workflowHasArtifactName: true,
  workflowHasTestResultsJson: true,
};

/** Activities of templates that are sound: run 1 is the default branch's and fails, run 2 the solution's and passes. */
export const soundTemplates = {
  checkTemplate: (template: TemplateUnderTest) => ({ report: staticReport(template, usable, []), hasSolution: true }),
  dispatchTemplate: ({ repo, branch }: { repo: string; branch: string }) => ({
    repo,
    githubRunId: branch === 'solution' ? '2' : '1',
  }),
  checkTemplateRun: ({ githubRunId }: { githubRunId: string }) => ({
    conclusion: githubRunId === '2' ? 'success' : 'failure',
  }),
  readTemplateResults: ({ githubRunId }: { githubRunId: string }) => ({
    artifactName: 'tenon-test-results',
    counts: githubRunId === '2' ? { passed: 3, failed: 0, total: 3 } : { passed: 1, failed: 2, total: 3 },
    errors: [],
  }),
};

export function runNotFinished(): never {
  throw ApplicationFailure.create({ type: 'RUN_NOT_FINISHED', message: 'queued', nextRetryDelay: '200ms' });
}

export const templateStories: readonly Story[] = [
  {
    name: 'template-health-live',
    async play(stage) {
      let looks = 0;
      stage.stubs.use({
        ...soundTemplates,
        checkTemplateRun: (run: { githubRunId: string }) =>
          (looks += 1) < 3 ? runNotFinished() : soundTemplates.checkTemplateRun(run),
      });
      return end(await begin(stage, templateHealthStart(healthInput())));
    },
  },
  {
    name: 'template-health-static',
    async play(stage) {
      stage.stubs.use(soundTemplates);
      return end(await begin(stage, templateHealthStart(healthInput({ mode: 'static', concurrency: 5 }))));
    },
  },
  {
    name: 'template-health-cancelled',
    async play(stage) {
      stage.stubs.use({ ...soundTemplates, checkTemplateRun: runNotFinished });
      const handle = await begin(stage, templateHealthStart(healthInput()));
      await until('a look', () => stage.stubs.called().includes('checkTemplateRun'));
      await handle.cancel();
      return end(handle);
    },
  },
];
