import assert from 'node:assert/strict';
import { hiringActivities } from '../../../activities/hiring.ts';
import { systemActor, type UserActor } from '../../../domain/identity/actor.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeSession, makeSimulation, type MadeSession, type SessionFields } from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';

const HOUR_MS = 3_600_000;
const claimedBy = { issuer: 'https://issuer.test/', subject: 'test|ada', email: 'ada@candidate.example' };
const inHours = (hours: number): Date => new Date(Date.now() + hours * HOUR_MS);

describe('the session’s reminders', () => {
  let database: TestDatabase;
  let user: UserActor;

  before(async () => {
    database = await resetDatabase();
    user = await makeUser();
  });

  const activities = () => hiringActivities({ units: database.uow });
  const make = async (fields: SessionFields): Promise<MadeSession> => makeSession(await makeSimulation(user), fields);
  const inputOf = ({ orgId, id, session }: MadeSession) => ({ orgId, sessionId: id, generation: session.generation });

  /** Armed when the clock had 100 hours more to run, on the row as it is now. */
  async function armed(made: MadeSession) {
    const { status, expiresAt } = await activities().loadSession(inputOf(made));
    return { ...inputOf(made), armed: { status, expiresAt, readAt: inHours(-100).toISOString() } };
  }
  const change = (made: MadeSession, fields: object) =>
    database.uow.write(systemActor(made.orgId, 'test'), () => made.session.update(fields));
  const mailsOf = ({ id }: MadeSession) =>
    database.rows<{ kind: string; to: string; generation: number; queued: number }>(
      `select e.kind, e.to_address as "to", e.session_generation as generation,
              (select count(*)::int from outbox o where o.workflow_id = 'email/' || e.id) as queued
       from emails e where e.candidate_session_id = $1 order by e.created_at`,
      [id],
    );

  it('queue a mail to the candidate with its workflow, in one commit; twice is once', async () => {
    for (const [fields, kind] of [
      [{ expiresAt: inHours(71) }, 'invite_ends_72h'],
      [{ expiresAt: inHours(23) }, 'invite_ends_24h'],
      [{ claimedBy, expiresAt: inHours(23) }, 'work_ends_24h'],
      [{ claimedBy, expiresAt: inHours(1) }, 'work_ends_2h'],
    ] as const) {
      const made = await make(fields);
      const input = await armed(made);
      const clock = await activities().remindIfDue(input);
      assert.deepEqual({ ...clock, readAt: '' }, { ...(await activities().loadSession(inputOf(made))), readAt: '' });
      await Promise.all([activities().remindIfDue(input), activities().remindIfDue(input)]);
      assert.deepEqual(await mailsOf(made), [{ kind, to: made.session.inviteEmail, generation: 1, queued: 1 }]);
    }
  });

  it('say by the database’s clock when the row was read', async () => {
    const made = await make({ expiresAt: inHours(100) });
    const [before] = await database.rows<{ now: Date }>('select now()');
    for (const { readAt } of [
      await activities().loadSession(inputOf(made)),
      await activities().remindIfDue(await armed(made)),
      await activities().expireIfDue(inputOf(made)),
    ])
      assert(Date.parse(readAt) >= (before?.now.getTime() ?? Infinity), readAt);
    assert.deepEqual(await mailsOf(made), []);
  });

  it('are not sent for a clock that was moved, ended, or lives on anew', async () => {
    for (const fields of [
      { expiresAt: inHours(22) },
      { expiresAt: inHours(-1) },
      { status: 'completed', completedAt: new Date() },
      { status: 'revoked', revokedAt: new Date(), revokedReason: 'by a test' },
      { generation: 2 },
    ]) {
      const made = await make({ expiresAt: inHours(23) });
      const input = await armed(made);
      await change(made, fields);
      await activities().remindIfDue(input);
      assert.deepEqual(await mailsOf(made), []);
    }
  });

  it('are sent once in a life, also when the clock is moved away and comes near again, and again in the next', async () => {
    const made = await make({ expiresAt: inHours(23) });
    await activities().remindIfDue(await armed(made));
    await change(made, { expiresAt: inHours(22) });
    await activities().remindIfDue(await armed(made));
    assert.equal((await mailsOf(made)).length, 1);
    await change(made, { generation: 2 });
    await activities().remindIfDue(await armed(made));
    assert.deepEqual(
      (await mailsOf(made)).map(({ generation }) => generation),
      [1, 2],
    );
  });

  it('fail when the row is gone or another organisation’s', async () => {
    const input = await armed(await make({}));
    const other = (await makeUser()).orgId;
    for (const given of [
      { ...input, sessionId: '999999999999' },
      { ...input, orgId: other },
    ])
      await assert.rejects(activities().remindIfDue(given), { code: 'CANDIDATE_SESSION_NOT_FOUND' });
  });
});
