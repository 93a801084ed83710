import assert from 'node:assert/strict';
import type { UnitOfWork } from '../../../core/unit-of-work.ts';
import type { WorkflowMessage } from '../../../core/outbox.ts';
import { systemActor, type CandidateActor } from '../../../domain/identity/actor.ts';
import { CandidateSession } from '../../../models/candidate-session.ts';
import type { TestRun } from '../../../models/test-run.ts';
import {
  completeRunSubmission,
  settleFailedRun,
  storeRunSubmission,
} from '../../../services/hiring/run-submissions.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  makeSubmission,
  makeTestRun,
  makeWorkspace,
  taskOf,
  type MadeSession,
  type MadeSimulation,
} from '../../support/factories-hiring.ts';
import { makeCandidate, makeUser } from '../../support/factories-identity.ts';
import { someDiff } from '../../support/play-runs.ts';

const evidence = { commitSha: 'c'.repeat(40), diffSummary: someDiff, diffErrorCode: null };

describe('submissions that belong to a run', () => {
  let database: TestDatabase;
  let simulation: MadeSimulation;
  let ada: CandidateActor;
  let made: MadeSession;
  before(async () => {
    database = await resetDatabase();
    simulation = await makeSimulation(await makeUser());
  });
  let counted = 0;
  beforeEach(async () => {
    ada = makeCandidate(simulation.orgId, `runner${(counted += 1)}@test.example`);
    made = await makeSession(simulation, { claimedBy: ada.identity });
  });

  const newRun = async (fields: Parameters<typeof makeTestRun>[1] = { status: 'queued' }): Promise<TestRun> =>
    makeTestRun(await makeWorkspace(made, taskOf(made, 'code')), fields);
  const inUnit = <T>(work: (uow: UnitOfWork) => Promise<T>): Promise<T> =>
    database.uow.write(systemActor(simulation.orgId, 'test'), work);
  const submissions = () =>
    database.rows<{ test_run_id: string; submitted_at: Date; commit_sha: string | null }>(
      'select test_run_id, submitted_at, commit_sha from submissions where candidate_session_id = $1 order by id',
      [made.id],
    );
  const messages = async (): Promise<WorkflowMessage[]> =>
    (
      await database.rows<{ message: WorkflowMessage }>(
        `select message from outbox where message -> 'start' ->> 'ref' = $1 order by id`,
        [`session-${made.id}`],
      )
    ).map(({ message }) => message);
  const auditedAs = async (action: string): Promise<number> =>
    (
      await database.rows(
        `select seq from audit_entries where action = $1 and body::jsonb -> 'after' ->> 'candidateSessionId' = $2`,
        [action, made.id],
      )
    ).length;
  const statusOf = async (): Promise<string | undefined> =>
    (await database.rows<{ status: string }>('select status from candidate_sessions where id = $1', [made.id]))[0]
      ?.status;

  it('is stored once, however often and by whom', async () => {
    const run = await newRun();
    await inUnit((uow) => storeRunSubmission(uow, run));
    await inUnit((uow) => storeRunSubmission(uow, run));
    assert.equal((await submissions()).length, 1);
    assert.equal(await auditedAs('submission.created'), 1);
  });

  it('counts from when it was asked for', async () => {
    const requestedAt = new Date('2026-01-01T12:00:00Z');
    const run = await newRun({ status: 'queued', requestedAt });
    await inUnit((uow) => storeRunSubmission(uow, run));
    assert.deepEqual((await submissions())[0]?.submitted_at, requestedAt);
  });

  it('leaves a run alone that the candidate only wanted to see', async () => {
    const run = await newRun({ purpose: 'run', status: 'queued' });
    await inUnit(async (uow) => {
      await storeRunSubmission(uow, run);
      await completeRunSubmission(uow, run, evidence);
      await settleFailedRun(uow, run);
    });
    assert.deepEqual(await submissions(), []);
    assert.deepEqual(await messages(), []);
  });

  it('gives way to a submission of the same task that is there already', async () => {
    const workspace = await makeWorkspace(made, taskOf(made, 'code'));
    const first = await makeTestRun(workspace, { status: 'queued' });
    await inUnit((uow) => storeRunSubmission(uow, first));
    const second = await makeTestRun(workspace);
    await inUnit((uow) => completeRunSubmission(uow, second, evidence));
    assert.deepEqual(
      (await submissions()).map(({ test_run_id, commit_sha }) => [test_run_id, commit_sha]),
      [[first.id, null]],
    );
  });

  it('is stored with its evidence when nobody stored it before the end', async () => {
    const run = await newRun({});
    await inUnit((uow) => completeRunSubmission(uow, run, evidence));
    assert.deepEqual(
      (await submissions()).map(({ test_run_id, commit_sha }) => [test_run_id, commit_sha]),
      [[run.id, evidence.commitSha]],
    );
  });

  it('completes the session when it is the last one, once, and tells the clock', async () => {
    for (const task of made.tasks.filter(({ type }) => type !== 'code')) await makeSubmission(made, task);
    const run = await newRun({});
    await inUnit((uow) => completeRunSubmission(uow, run, evidence));
    await inUnit((uow) => completeRunSubmission(uow, run, evidence));
    assert.equal(await statusOf(), 'completed');
    const kinds = (await messages()).map(({ start }) => start.kind);
    assert.deepEqual(
      kinds.sort(),
      ['candidate-session', 'email', 'workspace'],
      'its clock, the recruiter, the archive',
    );
  });

  for (const status of ['expired', 'revoked'] as const) {
    it(`is stored in a session that is ${status} by then, and the session stays so`, async () => {
      await makeProgress(made, 2);
      const run = await newRun({});
      await inUnit(() =>
        CandidateSession.update({ status, expiredAt: new Date(), revokedAt: new Date() }, { where: { id: made.id } }),
      );
      await inUnit((uow) => completeRunSubmission(uow, run, evidence));
      assert.equal((await submissions()).length, 2);
      assert.equal(await statusOf(), status);
    });
  }

  it('tells a clock that waits past the deadline for it, also when it failed; never before the deadline', async () => {
    const run = await newRun({ status: 'queued' });
    await inUnit((uow) => settleFailedRun(uow, run));
    assert.deepEqual(await messages(), []);
    await database.rows(`update candidate_sessions set expires_at = now() - interval '1 s' where id = $1`, [made.id]);
    await inUnit((uow) => settleFailedRun(uow, run));
    await inUnit((uow) => completeRunSubmission(uow, run, evidence));
    assert.deepEqual(
      (await messages()).map(({ signal }) => signal),
      [{ name: 'sessionChanged' }, { name: 'sessionChanged' }],
    );
  });
});
