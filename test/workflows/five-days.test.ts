import assert from 'node:assert/strict';
import { pino } from 'pino';
import { allActivities } from '../../activities/index.ts';
import { deliverAfterCommit } from '../../core/delivery.ts';
import { createMetrics } from '../../core/metrics.ts';
import { readSettings } from '../../core/settings.ts';
import type { UnitsOfWork } from '../../core/unit-of-work.ts';
import type { CandidateActor, UserActor } from '../../domain/identity/actor.ts';
import type { CandidateSession } from '../../models/candidate-session.ts';
import type { MailMessage } from '../../adapters/mail/smtp.ts';
import { correctInvitee, revokeSession } from '../../services/hiring/candidate-changes.ts';
import { claimByInvite } from '../../services/hiring/claims.ts';
import { invite } from '../../services/hiring/invites.ts';
import { completeRunSubmission, settleFailedRun, storeRunSubmission } from '../../services/hiring/run-submissions.ts';
import { loadCandidateTask } from '../../services/hiring/session-access.ts';
import type { SimulationWithTasks } from '../../services/hiring/simulations.ts';
import { startSubmissionRun } from '../../services/hiring/submit-code.ts';
import { submitText } from '../../services/hiring/turn-in.ts';
import { initWorkspace } from '../../services/workspaces/provisioning.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeSimulation } from '../support/factories-hiring.ts';
import { makeCandidate, makeUser } from '../support/factories-identity.ts';
import {
  forgeOf,
  resultsArtifact,
  startTestGithub,
  testBudget,
  tinyTemplate,
  turnsOn,
  type TestGithub,
} from '../support/factories-workspaces.ts';
import { testEnvironment } from '../support/settings.ts';
import { sharedClock, type SharedClock } from '../support/temporal-clock.ts';
import { until } from '../support/temporal-until.ts';
import { watchOf } from '../support/github-watch.ts';
import { startSkippingTemporal, type SkippingTemporal } from '../support/temporal-skipping.ts';

const DAY_MS = 86_400_000;

// The product's own services, activities and rows, with a local GitHub; only time is not real. The rows are kept in step:
// when the server's clock has leapt by five days, every deadline in the database has come five days nearer.
describe('a candidate’s days, in virtual time on a real database', function () {
  this.timeout(90_000);
  const { linkKeys } = readSettings(testEnvironment());
  const links = { linkKeys, repoPrefix: 'tenon-ws-' };
  const mails: MailMessage[] = [];
  let database: TestDatabase;
  let github: TestGithub;
  let temporal: SkippingTemporal;
  let clock: SharedClock;
  let units: UnitsOfWork;
  let recruiter: UserActor;
  let offered: SimulationWithTasks;

  before(async () => {
    database = await resetDatabase();
    github = await startTestGithub();
    await github.control.nextRuns({
      conclusion: 'success',
      artifacts: [resultsArtifact({ passed: 3, failed: 0, total: 3, stdout: '', stderr: '' })],
      count: 100,
    });
    const log = pino({ level: 'silent' });
    const activities = allActivities({
      units: { read: (...given) => units.read(...given), write: (...given) => units.write(...given) },
      mail: { send: (message) => Promise.resolve(void mails.push(message)).then(() => ({ outcome: 'sent' as const })) },
      from: 'Tenon <no-reply@tenon.example>',
      candidatePortalBaseUrl: 'https://portal.example',
      accountPortalUrl: 'https://portal.example/account',
      linkKeys,
      forge: forgeOf(github),
      watch: watchOf(github),
      metrics: createMetrics({ processMetrics: false }),
      turns: turnsOn(database.uow),
      owners: {
        submission: { dispatched: storeRunSubmission, finished: completeRunSubmission, failed: settleFailedRun },
      },
      settings: { github: { webhookSecret: undefined, workflowFile: 'tenon-ci.yml' } },
      log,
    });
    temporal = await startSkippingTemporal({
      ...activities,
      loadSession: (input: Parameters<typeof activities.loadSession>[0]) =>
        clock.reading(() => activities.loadSession(input)),
      expireIfDue: (input: Parameters<typeof activities.expireIfDue>[0]) =>
        clock.reading(() => activities.expireIfDue(input)),
      remindIfDue: ({ armed, ...input }: Parameters<typeof activities.remindIfDue>[0]) =>
        clock.reading(() => activities.remindIfDue({ ...input, armed: clock.onRows(armed) })),
    });
    clock = sharedClock(temporal.env, database);
    const deliver = deliverAfterCommit({
      client: temporal.env.client,
      metrics: createMetrics({ processMetrics: false }),
      log,
    });
    units = database.unitsWith(deliver);
    recruiter = await makeUser();
    const made = await makeSimulation(recruiter);
    await database.rows('update simulation_tasks set template_repo = $1 where template_repo is not null', [
      tinyTemplate,
    ]);
    offered = { simulation: made.simulation, tasks: made.tasks };
    await units.read(recruiter, async () => {
      for (const task of made.tasks) await task.reload();
    });
  });
  after(async () => {
    await temporal.stop();
    await clock.close();
    await github.close();
  });

  async function inviteOf(inviteEmail: string): Promise<CandidateSession> {
    await clock.keepUp(); // after the end of a workflow the server's clock leaps on
    const invited = await units.write(recruiter, (uow) =>
      invite(uow, offered.simulation.id, { candidateName: 'Ada', inviteEmail }, links),
    );
    return invited.session;
  }
  const claim = (candidate: CandidateActor, { id }: CandidateSession) =>
    units.write(candidate, (uow) => claimByInvite(uow, id));
  const ended = (workflowId: string): Promise<unknown> => temporal.env.client.workflow.getHandle(workflowId).result();
  const clockOf = ({ id, generation }: CandidateSession): string => `candidate-session/${id}/${generation}`;
  const rowOf = async ({ id }: CandidateSession) => {
    const [row] = await database.rows<{ status: string; lived: number; expired_at: Date | null }>(
      `select status, expired_at, extract(epoch from coalesce(expired_at, completed_at) - invited_at)::float * 1000 as lived
       from candidate_sessions where id = $1`,
      [id],
    );
    assert(row);
    return row;
  };

  /** Waits in real time: to wait for a workflow's end would let the other workflows' timers strike. */
  const becomes = (table: 'emails' | 'workspaces' | 'test_runs', id: string | undefined, status: string) =>
    until(`${table} ${status}`, async () => {
      const [row] = await database.rows<{ status: string }>(`select status from ${table} where id = $1`, [id]);
      return row?.status === status;
    });

  /** Hands in one day, as the API does. */
  async function handIn(candidate: CandidateActor, session: CandidateSession, dayIndex: number): Promise<void> {
    const { id: taskId, templateRepo } = offered.tasks[dayIndex - 1] ?? assert.fail('no such day');
    const wanted = { sessionId: session.id, taskId, lock: true };
    if (templateRepo === null) {
      await units.write(candidate, async (uow) => submitText(uow, await loadCandidateTask(uow, wanted), 'My answer.'));
      return;
    }
    const repoFullName = `tenon-hire-dev/tenon-ws-${session.id}-task${taskId}`;
    const workspace = await units.write(candidate, (uow) =>
      initWorkspace(uow, { sessionId: session.id, taskId, templateRepo, repoFullName }),
    );
    await becomes('workspaces', workspace.id, 'ready');
    const { runId } = await units.write(candidate, async (uow) =>
      startSubmissionRun(uow, await loadCandidateTask(uow, wanted), {
        branch: undefined,
        inputs: {},
        graceMs: 0,
        budget: testBudget,
      }),
    );
    await becomes('test_runs', runId, 'passed');
  }

  /** The kinds of all mails of a session in the order of their asking, each once it has left. */
  async function mailsOf({ id }: CandidateSession): Promise<string[]> {
    const read = () =>
      database.rows<{ kind: string; status: string }>(
        'select kind, status from emails where candidate_session_id = $1 order by created_at, id',
        [id],
      );
    await until('every mail has left', async () => (await read()).every(({ status }) => status !== 'queued'));
    return (await read()).map(({ kind, status }) => (status === 'sent' ? kind : `${kind} ${status}`));
  }

  it('invite → mail → claim → five days → completed; the deadline never strikes', async () => {
    const session = await inviteOf('ada@candidate.example');
    const candidate = makeCandidate(recruiter.orgId, 'ada@candidate.example');
    const [mail] = await database.rows<{ id: string }>('select id from emails where candidate_session_id = $1', [
      session.id,
    ]);
    await becomes('emails', mail?.id, 'sent');
    assert.equal(mails.length, 1);
    await clock.sleep(10 * DAY_MS);
    await claim(candidate, session);
    for (const dayIndex of [1, 2, 3, 4, 5]) {
      await clock.sleep(0.9 * DAY_MS);
      await handIn(candidate, session, dayIndex);
    }
    assert.deepEqual(await ended(clockOf(session)), { status: 'completed' });
    const row = await rowOf(session);
    assert.equal(row.status, 'completed');
    assert.equal(row.expired_at, null);
    assert(row.lived > 14 * DAY_MS && row.lived < 15 * DAY_MS, `lived ${row.lived / DAY_MS} days`);
    await clock.sleep(30 * DAY_MS); // no reminder and no end comes after the completion
    assert.deepEqual(await mailsOf(session), ['invitation', 'work_ends_24h', 'session_completed']);
  });

  it('invite → claim → two days’ work, then nothing → expired five days after the claim', async () => {
    const session = await inviteOf('bob@candidate.example');
    const candidate = makeCandidate(recruiter.orgId, 'bob@candidate.example');
    await clock.sleep(2 * DAY_MS);
    await claim(candidate, session);
    await clock.sleep(DAY_MS);
    await handIn(candidate, session, 1);
    assert.deepEqual(await ended(clockOf(session)), { status: 'expired' });
    const row = await rowOf(session);
    assert.equal(row.status, 'expired');
    assert(Math.abs(row.lived - 7 * DAY_MS) < 60_000, `lived ${row.lived / DAY_MS} days`);
    assert.deepEqual(await mailsOf(session), ['invitation', 'work_ends_24h', 'work_ends_2h', 'session_expired']);
    await clock.keepUp();
    await assert.rejects(handIn(candidate, session, 2), { code: 'INVITE_TOKEN_EXPIRED' });
  });

  it('an invite that nobody claims expires after its 14 days, and each new one begins a life of its own', async () => {
    const session = await inviteOf('eve@candidate.example');
    assert.deepEqual(await ended(clockOf(session)), { status: 'expired' });
    const { lived } = await rowOf(session);
    assert(Math.abs(lived - 14 * DAY_MS) < 60_000, `lived ${lived / DAY_MS} days`);
    const unclaimed = ['invitation', 'invite_ends_72h', 'invite_ends_24h', 'session_expired'];
    assert.deepEqual(await mailsOf(session), unclaimed);
    const again = await inviteOf('eve@candidate.example');
    assert.equal(again.id, session.id);
    assert.equal(again.generation, session.generation + 1);
    assert.equal((await rowOf(again)).status, 'not_started');
    assert.deepEqual(await ended(clockOf(again)), { status: 'expired' });
    assert.deepEqual(await mailsOf(again), [...unclaimed, ...unclaimed]);
    const third = await inviteOf('eve@candidate.example');
    await clock.sleep(DAY_MS);
    await claim(makeCandidate(recruiter.orgId, 'eve@candidate.example'), third);
    assert.equal((await rowOf(third)).status, 'in_progress');
    assert.deepEqual(await ended(clockOf(third)), { status: 'expired' });
    const ofTheThird = ['invitation', 'work_ends_24h', 'work_ends_2h', 'session_expired'];
    assert.deepEqual(await mailsOf(third), [...unclaimed, ...unclaimed, ...ofTheThird]);
  });

  it('a revoked invite is silent, and so is the life of an address that was corrected', async () => {
    const { id: simulationId } = offered.simulation;
    const session = await inviteOf('wrong@candidate.example');
    await clock.sleep(DAY_MS);
    await units.write(recruiter, (uow) => revokeSession(uow, simulationId, session.id, 'Filled'));
    assert.deepEqual(await ended(clockOf(session)), { status: 'revoked' });
    await clock.sleep(30 * DAY_MS);
    assert.deepEqual(await mailsOf(session), ['invitation']);
    const again = await inviteOf('wrong@candidate.example');
    assert.deepEqual(await mailsOf(again), ['invitation', 'invitation']);
    await clock.sleep(DAY_MS);
    const corrected = await units.write(recruiter, (uow) =>
      correctInvitee(uow, simulationId, session.id, { inviteEmail: 'right@candidate.example' }, links),
    );
    assert.deepEqual(await ended(clockOf(again)), { status: 'revoked' });
    assert.deepEqual(await ended(clockOf(corrected)), { status: 'expired' });
    await mailsOf(corrected);
    const told = await database.rows<{ kind: string; life: number; right: boolean }>(
      `select kind, session_generation as life, to_address = 'right@candidate.example' as right from emails
       where candidate_session_id = $1 order by created_at, id`,
      [session.id],
    );
    assert.deepEqual(
      told.map(({ kind, life, right }) => `${life} ${kind}${right ? ' right' : ''}`),
      [
        '1 invitation',
        '2 invitation',
        '3 invitation right',
        '3 invite_ends_72h right',
        '3 invite_ends_24h right',
        '3 session_expired',
      ],
    );
  });
});
