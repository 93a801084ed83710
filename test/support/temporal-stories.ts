import { ApplicationFailure } from '@temporalio/common';
import { AppError } from '../../core/errors.ts';
import type { WorkflowStart } from '../../core/outbox.ts';
import { emailStart } from '../../workflows/mail/email.contract.ts';
import { githubRunCompletedSignal, runPhaseQuery, testRunStart } from '../../workflows/workspaces/test-run.contract.ts';
import { workspacePhaseQuery, workspaceStart } from '../../workflows/workspaces/workspace.contract.ts';
import { cleanupStories } from './temporal-cleanup-stories.ts';
import { reconciliationStories } from './temporal-reconciliation-stories.ts';
import { sessionStories } from './temporal-session-stories.ts';
import { begin, end, phaseIs, storyOrgId as orgId, type Stage, type Story } from './temporal-story.ts';
import { templateStories } from './temporal-template-stories.ts';
import { until } from './temporal-until.ts';

const ref = 'session-7';
const sha = 'a'.repeat(40);
const finished = { githubRunId: '17000000001', conclusion: 'success', headSha: sha };
let counted = 0;

const uuid = (): string => `0d9f1a52-7f3e-4a43-9a52-${String((counted += 1)).padStart(12, '0')}`;
const spaceStart = (): WorkflowStart => workspaceStart({ orgId, workspaceId: uuid(), generation: 1 }, ref);
const runStart = (graceMs: number): WorkflowStart => testRunStart({ orgId, runId: uuid(), graceMs }, ref);
const mailStart = (): WorkflowStart => emailStart({ orgId, emailId: uuid() }, ref);

const notYet = (type: string): never => {
  throw ApplicationFailure.create({ type, message: 'not yet', nextRetryDelay: '200ms' });
};

const ready = { defaultBranch: 'main', baseTemplateSha: sha, latestCommitSha: sha };
const provisioning = {
  beginProvisioning: () => ({ proceed: true }),
  ensureRepository: () => ({ repoId: '77', fullName: 'acme/tenon-ws-7-task2' }),
  checkReady: () => ready,
  grantAccessAndSettle: () => ({ accessGrantedTo: null }),
  closeAndSettle: () => ({ closed: true }),
  recordProvisioningFailure: () => undefined,
};
const running = {
  dispatchRun: () => ({ githubRunId: finished.githubRunId }),
  checkRun: () => finished,
  collectAndStore: () => ({ status: 'passed' }),
  recordRunFailure: () => undefined,
};

export const stories: readonly Story[] = [
  ...sessionStories,
  ...templateStories,
  ...cleanupStories,
  ...reconciliationStories,
  {
    name: 'workspace-ready-at-the-third-look',
    async play(stage) {
      let looks = 0;
      stage.stubs.use({
        ...provisioning,
        checkReady: () => ((looks += 1) < 3 ? notYet('WORKSPACE_NOT_READY') : ready),
      });
      return end(await begin(stage, spaceStart()));
    },
  },
  {
    name: 'workspace-not-needed',
    async play(stage) {
      stage.stubs.use({ ...provisioning, beginProvisioning: () => ({ proceed: false }) });
      return end(await begin(stage, spaceStart()));
    },
  },
  {
    name: 'workspace-closed-when-no-run-is-under-way',
    async play(stage) {
      let looks = 0;
      stage.stubs.use({
        ...provisioning,
        beginProvisioning: () => ({ proceed: true, closes: true }),
        closeAndSettle: () => ((looks += 1) < 3 ? notYet('WORKSPACE_RUN_UNDER_WAY') : { closed: true }),
      });
      return end(await begin(stage, spaceStart()));
    },
  },
  {
    name: 'workspace-closed-in-the-life-that-made-it',
    async play(stage) {
      stage.stubs.use({ ...provisioning, grantAccessAndSettle: () => ({ accessGrantedTo: null, closes: true }) });
      return end(await begin(stage, spaceStart()));
    },
  },
  {
    name: 'workspace-failed',
    async play(stage) {
      stage.stubs.use({
        ...provisioning,
        ensureRepository: () => {
          throw new AppError('INVALID_TEMPLATE_KEY');
        },
      });
      return end(await begin(stage, spaceStart()));
    },
  },
  {
    name: 'workspace-cancelled',
    async play(stage) {
      stage.stubs.use({ ...provisioning, checkReady: () => notYet('WORKSPACE_NOT_READY') });
      const handle = await begin(stage, spaceStart());
      await phaseIs(handle, workspacePhaseQuery, 'waiting_until_ready');
      await handle.cancel();
      return end(handle);
    },
  },
  {
    name: 'test-run-by-webhook',
    async play(stage) {
      stage.stubs.use(running);
      const handle = await begin(stage, runStart(60_000));
      await phaseIs(handle, runPhaseQuery, 'running');
      await handle.signal(githubRunCompletedSignal, { ...finished, githubRunId: '1' });
      await handle.signal(githubRunCompletedSignal, finished);
      return end(handle);
    },
  },
  {
    name: 'test-run-polled-after-the-grace-time',
    async play(stage) {
      let looks = 0;
      stage.stubs.use({ ...running, checkRun: () => ((looks += 1) < 3 ? notYet('RUN_NOT_FINISHED') : finished) });
      return end(await begin(stage, runStart(100)));
    },
  },
  {
    name: 'test-run-webhook-while-polling',
    async play(stage) {
      stage.stubs.use({ ...running, checkRun: () => notYet('RUN_NOT_FINISHED') });
      const handle = await begin(stage, runStart(0));
      await until('a poll', () => stage.stubs.called().includes('checkRun'));
      await handle.signal(githubRunCompletedSignal, finished);
      return end(handle);
    },
  },
  {
    name: 'test-run-told-before-its-dispatch-was-recorded',
    async play(stage) {
      stage.stubs.use({
        ...running,
        dispatchRun: () => ({ githubRunId: finished.githubRunId, endTold: true }),
      });
      return end(await begin(stage, runStart(60_000)));
    },
  },
  {
    name: 'test-run-refused-at-dispatch',
    async play(stage) {
      stage.stubs.use({
        ...running,
        dispatchRun: () => {
          throw new AppError('GITHUB_UNAVAILABLE');
        },
      });
      return end(await begin(stage, runStart(0)));
    },
  },
  ...[60_000, 0].map((graceMs) => ({
    name: graceMs > 0 ? 'test-run-cancelled-in-the-grace-time' : 'test-run-cancelled-while-polling',
    async play(stage: Stage) {
      stage.stubs.use({ ...running, checkRun: () => notYet('RUN_NOT_FINISHED') });
      const handle = await begin(stage, runStart(graceMs));
      await phaseIs(handle, runPhaseQuery, 'running');
      await handle.cancel();
      return end(handle);
    },
  })),
  {
    name: 'email-sent',
    async play(stage) {
      stage.stubs.use({ sendEmail: () => ({ status: 'sent' }) });
      return end(await begin(stage, mailStart()));
    },
  },
  {
    name: 'email-cancelled',
    async play(stage) {
      stage.stubs.use({
        sendEmail: () => {
          throw ApplicationFailure.retryable('450 busy', 'MAIL_SERVER_REFUSED');
        },
        recordEmailFailure: () => undefined,
      });
      const handle = await begin(stage, mailStart());
      await until('a try', () => stage.stubs.calls.length > 0);
      await handle.cancel();
      return end(handle);
    },
  },
];

/** Recorded by workers of earlier days: no story of today plays them, and they must replay all the same. */
export const olderRecordings: readonly string[] = [
  'candidate-session-that-began-before-reminders',
  'test-run-told-and-yet-waiting',
];
