import assert from 'node:assert/strict';
import { Client } from 'pg';
import { hiringActivities } from '../../../activities/hiring.ts';
import { systemActor, type UserActor } from '../../../domain/identity/actor.ts';
import type { CandidateSession } from '../../../models/candidate-session.ts';
import type { SessionClock } from '../../../services/hiring/session-clock.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import {
  makeSession,
  makeSimulation,
  makeTestRun,
  makeWorkspace,
  taskOf,
  type MadeSession,
  type SessionFields,
} from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { until } from '../../support/temporal-until.ts';

const claimedBy = { issuer: 'https://issuer.test/', subject: 'test|ada', email: 'ada@candidate.example' };
/** Without the moment of the reading, which test/activities/hiring/reminders.test.ts is about. */
function timeless<T extends SessionClock>(found: T): Omit<T, 'readAt'> {
  const { readAt, ...clock } = found;
  assert(!Number.isNaN(Date.parse(readAt)));
  return clock;
}
const ago = (ms: number): Date => new Date(Date.now() - ms);

describe('the session’s clock', () => {
  let database: TestDatabase;
  let user: UserActor;

  before(async () => {
    database = await resetDatabase();
    user = await makeUser();
  });

  const clock = () => hiringActivities({ units: database.uow });
  const inputOf = ({ orgId, id, session }: MadeSession) => ({ orgId, sessionId: id, generation: session.generation });
  const make = async (fields: SessionFields): Promise<MadeSession> => makeSession(await makeSimulation(user), fields);
  const reload = ({ orgId, session }: MadeSession): Promise<CandidateSession> =>
    database.uow.read(systemActor(orgId, 'test'), () => session.reload());
  const trailOf = async ({ id }: MadeSession): Promise<string[]> =>
    (
      await database.rows<{ action: string }>(
        `select action from audit_entries where resource_type = 'candidate_session' and resource_id = $1 order by seq`,
        [id],
      )
    ).map(({ action }) => action);

  it('reads status, deadline and life', async () => {
    const made = await make({});
    assert.deepEqual(timeless(await clock().loadSession(inputOf(made))), {
      status: 'not_started',
      expiresAt: made.session.expiresAt.toISOString(),
      generation: 1,
    });
  });

  it('fails when the row is gone, another organisation’s, or has not come to this life', async () => {
    const made = await make({});
    const input = inputOf(made);
    const other = (await makeUser()).orgId;
    for (const act of [
      (given: typeof input) => clock().loadSession(given),
      (given: typeof input) => clock().expireIfDue(given),
    ]) {
      await assert.rejects(act({ ...input, sessionId: '999999999999' }), { code: 'CANDIDATE_SESSION_NOT_FOUND' });
      await assert.rejects(act({ ...input, orgId: other }), { code: 'CANDIDATE_SESSION_NOT_FOUND' });
      await assert.rejects(act({ ...input, generation: 2 }), { code: 'CONFLICT' });
    }
  });

  it('takes a life that another has followed for over, whatever the row is now', async () => {
    const made = await make({ generation: 2, expiresAt: ago(1_000) });
    const earlier = { ...inputOf(made), generation: 1 };
    const over = { status: 'revoked', expiresAt: made.session.expiresAt.toISOString(), generation: 1 };
    assert.deepEqual(timeless(await clock().loadSession(earlier)), over);
    assert.deepEqual(timeless(await clock().expireIfDue(earlier)), { outcome: 'ended', ...over });
    assert.equal((await reload(made)).status, 'not_started');
    assert.deepEqual(await trailOf(made), []);
  });

  it('expires an open session whose deadline has passed; twice is once', async () => {
    for (const fields of [{}, { claimedBy }]) {
      const made = await make({ ...fields, expiresAt: ago(1_000) });
      assert.equal((await clock().expireIfDue(inputOf(made))).outcome, 'expired');
      const again = await clock().expireIfDue(inputOf(made));
      assert.deepEqual([again.outcome, again.status], ['ended', 'expired']);
      const row = await reload(made);
      assert.equal(row.status, 'expired');
      assert(row.expiredAt && row.expiredAt >= row.expiresAt);
      assert.deepEqual(await trailOf(made), ['candidate_session.expired']);
    }
  });

  it('has access to the repositories taken away when it expires a session', async () => {
    const made = await make({ claimedBy, expiresAt: ago(1_000) });
    const { id } = await makeWorkspace(made, taskOf(made, 'code'), { githubUsername: 'octo', accessGrantedTo: 'octo' });
    await clock().expireIfDue(inputOf(made));
    const [row] = await database.rows('select github_username, generation from workspaces where id = $1', [id]);
    assert.deepEqual(row, { github_username: null, generation: 2 });
  });

  it('leaves alone what is not due, and says when to come back', async () => {
    const made = await make({ claimedBy });
    const verdict = await clock().expireIfDue(inputOf(made));
    assert.deepEqual(timeless(verdict), {
      outcome: 'not_due',
      status: 'in_progress',
      expiresAt: made.session.expiresAt.toISOString(),
      generation: 1,
    });
    assert.deepEqual(await trailOf(made), []);
  });

  it('leaves alone what has ended', async () => {
    for (const status of ['completed', 'revoked'] as const) {
      const made = await make({ status, expiresAt: ago(1_000) });
      const verdict = await clock().expireIfDue(inputOf(made));
      assert.deepEqual([verdict.outcome, verdict.status], ['ended', status]);
    }
  });

  it('waits for a submission that was asked for in time and still runs', async () => {
    const made = await make({ claimedBy, expiresAt: ago(60_000) });
    const workspace = await makeWorkspace(made, taskOf(made, 'code'));
    const run = await makeTestRun(workspace, { status: 'running', requestedAt: ago(120_000) });
    assert.equal((await clock().expireIfDue(inputOf(made))).outcome, 'submission_in_flight');
    assert.equal((await reload(made)).status, 'in_progress');
    await database.rows(`update test_runs set status = 'error', finished_at = now() where id = $1`, [run.id]);
    assert.equal((await clock().expireIfDue(inputOf(made))).outcome, 'expired');
  });

  it('does not wait for a plain run, nor for a submission asked for too late', async () => {
    for (const fields of [
      { purpose: 'run', requestedAt: ago(120_000) },
      { purpose: 'submission', requestedAt: ago(30_000) },
    ] as const) {
      const made = await make({ claimedBy, expiresAt: ago(60_000) });
      await makeTestRun(await makeWorkspace(made, taskOf(made, 'code')), { status: 'running', ...fields });
      assert.equal((await clock().expireIfDue(inputOf(made))).outcome, 'expired');
    }
  });

  it('waits for who holds the row, and sees what they did', async () => {
    const made = await make({ claimedBy, expiresAt: ago(1_000) });
    const holder = new Client({ connectionString: database.adminUrl });
    await holder.connect();
    try {
      await holder.query('begin');
      await holder.query('select from candidate_sessions where id = $1 for update', [made.id]);
      const verdict = clock().expireIfDue(inputOf(made));
      await until('it waits for the lock', async () => {
        const waiting = await database.rows(`select from pg_locks where not granted`);
        return waiting.length > 0;
      });
      await holder.query(`update candidate_sessions set status = 'completed', completed_at = now() where id = $1`, [
        made.id,
      ]);
      await holder.query('commit');
      assert.equal((await verdict).outcome, 'ended');
    } finally {
      await holder.end();
    }
  });

  it('records a cancellation as revoked, once, and only in its own life', async () => {
    const made = await make({ claimedBy });
    const ended = { ...inputOf(made), reason: 'Cancelled by an operator' };
    await clock().recordSessionEnded({ ...ended, generation: 2 });
    assert.equal((await reload(made)).status, 'in_progress');
    await clock().recordSessionEnded(ended);
    await clock().recordSessionEnded(ended);
    const row = await reload(made);
    assert.deepEqual([row.status, row.revokedReason], ['revoked', 'Cancelled by an operator']);
    assert.deepEqual(await trailOf(made), ['candidate_session.revoked']);
  });
});
