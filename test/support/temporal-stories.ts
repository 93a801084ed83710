import type { Client, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { AppError } from '../../core/errors.ts';
import type { WorkflowStart } from '../../core/outbox.ts';
import { deliverMessage } from '../../core/temporal.ts';
import { candidateSessionStart, sessionChangedSignal } from '../../workflows/hiring/candidate-session.contract.ts';
import { emailStart } from '../../workflows/mail/email.contract.ts';
import { githubRunCompletedSignal, runPhaseQuery, testRunStart } from '../../workflows/workspaces/test-run.contract.ts';
import { workspacePhaseQuery, workspaceStart } from '../../workflows/workspaces/workspace.contract.ts';
import type { StubbedActivities } from './temporal-stubs.ts';
import { until } from './temporal-until.ts';

export interface Stage {
  readonly client: Client;
  readonly stubs: StubbedActivities;
}

/** One way through a workflow, played to its end; `name` is the recording's file name. */
export interface Story {
  readonly name: string;
  play(stage: Stage): Promise<WorkflowHandle>;
}

const orgId = '0d9f1a52-7f3e-4a43-9a52-3a1d8f7c0001';
const ref = 'session-7';
const sha = 'a'.repeat(40);
const finished = { githubRunId: '17000000001', conclusion: 'success', headSha: sha };
let counted = 0;

const uuid = (): string => `0d9f1a52-7f3e-4a43-9a52-${String((counted += 1)).padStart(12, '0')}`;
const sessionStart = (): WorkflowStart =>
  candidateSessionStart({ orgId, sessionId: String((counted += 1)), generation: 1 });
const spaceStart = (): WorkflowStart => workspaceStart({ orgId, workspaceId: uuid(), generation: 1 }, ref);
const runStart = (graceMs: number): WorkflowStart => testRunStart({ orgId, runId: uuid(), graceMs }, ref);
const mailStart = (): WorkflowStart => emailStart({ orgId, emailId: uuid() }, ref);

async function begin({ client }: Stage, start: WorkflowStart): Promise<WorkflowHandle> {
  await deliverMessage(client, { start }, 5_000);
  return client.workflow.getHandle(start.workflowId);
}

/** However it ends. */
async function end(handle: WorkflowHandle): Promise<WorkflowHandle> {
  await handle.result().catch(() => undefined);
  return handle;
}

const phaseIs = (handle: WorkflowHandle, query: string, phase: string): Promise<void> =>
  until(`phase ${phase}`, async () => (await handle.query(query)) === phase);

const notYet = (type: string): never => {
  throw ApplicationFailure.create({ type, message: 'not yet', nextRetryDelay: '200ms' });
};

const ready = { defaultBranch: 'main', baseTemplateSha: sha, latestCommitSha: sha };
const provisioning = {
  beginProvisioning: () => ({ proceed: true }),
  ensureRepository: () => ({ repoId: '77', fullName: 'acme/tenon-ws-7-task2' }),
  checkReady: () => ready,
  grantAccessAndSettle: () => ({ accessGrantedTo: null }),
  recordProvisioningFailure: () => undefined,
};
const running = {
  dispatchRun: () => ({ githubRunId: finished.githubRunId }),
  checkRun: () => finished,
  collectAndStore: () => ({ status: 'passed' }),
  recordRunFailure: () => undefined,
};

/** A session's row: claimed, told, and whatever the deadline brings. */
function sessionRow(lifeMs: number) {
  const row = { status: 'not_started', expiresAt: new Date(Date.now() + lifeMs).toISOString(), generation: 1 };
  return { row, loadSession: () => row, recordSessionEnded: () => undefined };
}

export const stories: readonly Story[] = [
  {
    name: 'candidate-session-completed',
    async play(stage) {
      const { row, ...stubs } = sessionRow(3_600_000);
      stage.stubs.use(stubs);
      const handle = await begin(stage, sessionStart());
      for (const status of ['not_started', 'in_progress']) {
        await phaseIs(handle, 'phase', status);
        row.status = status === 'not_started' ? 'in_progress' : 'completed';
        await handle.signal(sessionChangedSignal);
      }
      return end(handle);
    },
  },
  {
    name: 'candidate-session-expired-after-a-submission-in-flight',
    async play(stage) {
      const { row, ...stubs } = sessionRow(1_500);
      let looks = 0;
      stage.stubs.use({
        ...stubs,
        expireIfDue: () => {
          const outcome = ['not_due', 'submission_in_flight', 'expired'][looks] ?? 'ended';
          looks += 1;
          if (outcome === 'expired') row.status = 'expired';
          return { outcome, ...row };
        },
      });
      const handle = await begin(stage, sessionStart());
      await phaseIs(handle, 'phase', 'submission_in_flight');
      await handle.signal(sessionChangedSignal);
      return end(handle);
    },
  },
  {
    name: 'candidate-session-cancelled',
    async play(stage) {
      stage.stubs.use(sessionRow(3_600_000));
      const handle = await begin(stage, sessionStart());
      await phaseIs(handle, 'phase', 'not_started');
      await handle.cancel();
      return end(handle);
    },
  },
  {
    name: 'candidate-session-cancelled-while-it-reads',
    async play(stage) {
      let goOn: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      const { row, recordSessionEnded } = sessionRow(3_600_000);
      stage.stubs.use({ recordSessionEnded, loadSession: () => held.then(() => row) });
      const handle = await begin(stage, sessionStart());
      await until('it reads', () => stage.stubs.calls.length > 0);
      await handle.cancel();
      await end(handle);
      goOn();
      return handle;
    },
  },
  {
    name: 'candidate-session-without-a-row',
    async play(stage) {
      stage.stubs.use({
        loadSession: () => {
          throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
        },
      });
      return end(await begin(stage, sessionStart()));
    },
  },
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
export const olderRecordings: readonly string[] = ['test-run-told-and-yet-waiting'];
