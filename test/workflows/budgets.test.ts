import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowStart } from '../../core/outbox.ts';
import { deliverMessage } from '../../core/temporal.ts';
import { candidateSessionStart, sessionChangedSignal } from '../../workflows/hiring/candidate-session.contract.ts';
import { emailStart } from '../../workflows/mail/email.contract.ts';
import { githubRunCompletedSignal, testRunStart } from '../../workflows/workspaces/test-run.contract.ts';
import { workspaceStart } from '../../workflows/workspaces/workspace.contract.ts';
import { startDevTemporal, type DevTemporal } from '../support/temporal-dev.ts';
import { quietRound, roundStart } from '../support/temporal-reconciliation-stories.ts';
import { stubActivities } from '../support/temporal-stubs.ts';
import { until } from '../support/temporal-until.ts';

// DESIGN 6, economy: state transitions are what a Temporal server runs out of.
describe('what workflows cost a Temporal server', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let temporal: DevTemporal;
  const orgId = randomUUID();
  const ref = 'session-1';

  before(async () => {
    temporal = await startDevTemporal();
    await temporal.work(stubs.activities);
  });
  after(() => temporal.stop());

  async function begin(start: WorkflowStart): Promise<WorkflowHandle> {
    await deliverMessage(temporal.client, { start }, 5_000);
    return temporal.client.workflow.getHandle(start.workflowId);
  }

  async function costOf(handle: WorkflowHandle): Promise<{ events: number; transitions: number; bytes: number }> {
    const { historyLength, historySize, raw } = await handle.describe();
    const transitions = Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0);
    assert(transitions > 0, 'this server counts transitions');
    return { events: historyLength, transitions, bytes: historySize ?? 0 };
  }

  const finished = { githubRunId: '17000000001', conclusion: 'success', headSha: 'a'.repeat(40) };
  const called = (name: string): boolean => stubs.called().some((one) => one === name);

  it('a test run whose webhook comes: at most 25 events, 15 transitions, 4 kB', async () => {
    stubs.use({
      dispatchRun: () => ({ githubRunId: finished.githubRunId }),
      collectAndStore: () => ({ status: 'passed' }),
    });
    const handle = await begin(testRunStart({ orgId, runId: randomUUID(), graceMs: 60_000 }, ref));
    await until('the dispatch', () => called('dispatchRun'));
    await handle.signal(githubRunCompletedSignal, finished);
    await handle.result();
    const cost = await costOf(handle);
    assert(cost.events <= 25 && cost.transitions <= 15 && cost.bytes <= 4_096, JSON.stringify(cost));
  });

  it('a test run that is polled: at most 28 events and 15 transitions plus 2 a poll', async () => {
    let polls = 0;
    stubs.use({
      dispatchRun: () => ({ githubRunId: finished.githubRunId }),
      checkRun: () => {
        if ((polls += 1) < 4) {
          throw ApplicationFailure.create({ type: 'RUN_NOT_FINISHED', message: 'not yet', nextRetryDelay: 20 });
        }
        return finished;
      },
      collectAndStore: () => ({ status: 'passed' }),
    });
    const handle = await begin(testRunStart({ orgId, runId: randomUUID(), graceMs: 50 }, ref));
    await handle.result();
    const cost = await costOf(handle);
    assert.equal(polls, 4);
    assert(cost.events <= 28 && cost.transitions <= 15 + 2 * polls && cost.bytes <= 4_096, JSON.stringify(cost));
  });

  it('a five-day session, claimed and completed: at most 60 events', async () => {
    const row = { status: 'not_started', expiresAt: new Date(Date.now() + 14 * 86_400_000).toISOString() };
    stubs.use({ loadSession: () => ({ ...row, readAt: new Date().toISOString() }) });
    const handle = await begin(candidateSessionStart({ orgId, sessionId: String(randomInt(2 ** 40)), generation: 1 }));
    for (const status of ['in_progress', 'completed']) {
      const before = stubs.calls.length;
      await until('the clock has looked', () => stubs.calls.length > 0 && stubs.calls.length >= before);
      row.status = status;
      await handle.signal(sessionChangedSignal);
      await until('the clock looks again', () => stubs.calls.length > before);
    }
    assert.deepEqual(await handle.result(), { status: 'completed' });
    const cost = await costOf(handle);
    assert(cost.events <= 60, JSON.stringify(cost));
  });

  it('a round of the reconciliation that finds nothing: at most 17 events, 11 transitions, 3 kB', async () => {
    stubs.use(quietRound);
    const round = await begin(roundStart());
    await round.result();
    const cost = await costOf(round);
    assert(cost.events <= 17 && cost.transitions <= 11 && cost.bytes <= 3_072, JSON.stringify(cost));
  });

  it('a workspace, its end and a mail stay small', async () => {
    stubs.use({
      beginProvisioning: () => ({ proceed: true }),
      ensureRepository: () => ({ repoId: '1', fullName: 'acme/repo' }),
      checkReady: () => ({ defaultBranch: 'main', baseTemplateSha: 'a'.repeat(40), latestCommitSha: 'a'.repeat(40) }),
      grantAccessAndSettle: () => ({ accessGrantedTo: null }),
      closeAndSettle: () => ({ closed: true }),
      sendEmail: () => ({ status: 'sent' }),
    });
    const workspace = await begin(workspaceStart({ orgId, workspaceId: randomUUID(), generation: 1 }, ref));
    const email = await begin(emailStart({ orgId, emailId: randomUUID() }, ref));
    await Promise.all([workspace.result(), email.result()]);
    const [made, sent] = [await costOf(workspace), await costOf(email)];
    assert(made.events <= 29 && made.transitions <= 20 && made.bytes <= 5_000, JSON.stringify(made));
    stubs.use({ beginProvisioning: () => ({ proceed: true, closes: true }), closeAndSettle: () => ({ closed: true }) });
    const end = await begin(workspaceStart({ orgId, workspaceId: randomUUID(), generation: 2 }, ref));
    await end.result();
    const closed = await costOf(end);
    assert(closed.events <= 20 && closed.transitions <= 14 && closed.bytes <= 4_000, JSON.stringify(closed));
    assert(sent.events <= 11 && sent.transitions <= 8 && sent.bytes <= 2_000, JSON.stringify(sent));
  });
});
