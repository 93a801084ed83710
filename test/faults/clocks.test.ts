import assert from 'node:assert/strict';
import { Pool } from 'pg';
import { endpoints } from '../../api/index.ts';
import { counterStore, type CounterStore } from '../../core/counter-store.ts';
import { AppError } from '../../core/errors.ts';
import { lockout } from '../../core/lockout.ts';
import { createLogger } from '../../core/logger.ts';
import { createMetrics } from '../../core/metrics.ts';
import { rateLimitClasses } from '../../core/rate-limit-classes.ts';
import { rateLimiter } from '../../core/rate-limits.ts';
import { temporalClient } from '../../core/temporal.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { expireIfDue } from '../../services/hiring/session-clock.ts';
import {
  candidateOf,
  recruiterOf,
  sessionHeaders,
  type Candidate,
  type Problem,
  type Recruiter,
} from '../api/hiring/world.ts';
import { startTestApi, type Reply, type TestApi } from '../support/api.ts';
import { makeSession, makeSimulation, type MadeSession } from '../support/factories-hiring.ts';
import { deliverDue } from '../../worker/relay.ts';
import { candidateSessionStart } from '../../workflows/hiring/candidate-session.contract.ts';
import { withClock } from './clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const jumps = [
  ['an hour ahead of', HOUR_MS],
  ['an hour behind', -HOUR_MS],
] as const;

/** Which clock rules what: docs/operations/faults.md has the table. */
for (const [how, jumpMs] of jumps) {
  describe(`a process ${how} the database`, function () {
    this.timeout(30_000);
    let api: TestApi;
    let recruiter: Recruiter;
    let counters: CounterStore;
    before(async () => {
      api = await startTestApi({ endpoints });
      recruiter = await recruiterOf(api, {});
      counters = counterStore(api.database.appUrl, api.app.log);
    });
    after(async () => {
      await counters.close();
      await api.close();
    });

    /** Good for long enough, whatever the clock says. */
    const lasting = { exp: Math.floor((Date.now() + 3 * HOUR_MS) / 1000) };
    const secondsLeft = async (sessionId: string): Promise<number> => {
      const [row] = await api.database.rows<{ left: number }>(
        'select extract(epoch from expires_at - now())::float as left from candidate_sessions where id = $1',
        [sessionId],
      );
      return row?.left ?? NaN;
    };
    /** Claimed, with so much time left by the database's clock. */
    async function sessionWith(leftMs: number): Promise<{ session: MadeSession; candidate: Candidate }> {
      const candidate = candidateOf(api, undefined, lasting);
      const session = await makeSession(await makeSimulation(recruiter.actor), { claimedBy: candidate.identity });
      await api.database.rows(
        'update candidate_sessions set expires_at = now() + make_interval(secs => $2) where id = $1',
        [session.id, leftMs / 1000],
      );
      return { session, candidate };
    }
    const read = ({ session, candidate }: { session: MadeSession; candidate: Candidate }): Promise<Reply<Problem>> =>
      api.call('get', `/api/candidate/session/${session.id}/current_task`, {
        token: candidate.token,
        headers: sessionHeaders(session.id),
      });

    it('lets a candidate work until the deadline, and no longer', async () => {
      const open = await sessionWith(10 * MINUTE_MS);
      const over = await sessionWith(-10 * MINUTE_MS);
      const [during, after] = await withClock(jumpMs, () => Promise.all([read(open), read(over)]));
      assert.equal(during.status, 200);
      assert.deepEqual([after.status, after.body.errorCode], [410, 'INVITE_TOKEN_EXPIRED']);
    });

    it('gives a candidate who claims the whole window', async () => {
      const session = await makeSession(await makeSimulation(recruiter.actor));
      const candidate = candidateOf(api, session.session.inviteEmail, lasting);
      const claimed = await withClock(jumpMs, () =>
        api.call('post', `/api/candidate/session/${session.token}/verify`, { token: candidate.token }),
      );
      assert.equal(claimed.status, 200);
      const left = await secondsLeft(session.id);
      const window = 5 * 86_400;
      assert.ok(left > window - 60 && left <= window, `${left} s`);
    });

    it('invites anew when the deadline has passed, and not before, and for the whole time', async () => {
      const token = api.recruiterToken(recruiter.actor.email, lasting);
      for (const [leftMs, outcome] of [
        [10 * MINUTE_MS, 'resent'],
        [-10 * MINUTE_MS, 'created'],
      ] as const) {
        const { session } = await sessionWith(leftMs);
        const { simulationId, inviteEmail } = session.session;
        const invited = await withClock(jumpMs, () =>
          api.call<{ outcome: string }>('post', `/api/simulations/${simulationId}/invite`, {
            token,
            body: { candidateName: 'Ada', inviteEmail },
          }),
        );
        assert.equal(invited.body.outcome, outcome);
        if (outcome === 'created') assert.ok(Math.abs((await secondsLeft(session.id)) - 14 * 86_400) < 60);
      }
    });

    it('mails an invite again half a minute after the last, and not before', async () => {
      const token = api.recruiterToken(recruiter.actor.email, lasting);
      const simulation = await makeSimulation(recruiter.actor);
      const invite = () =>
        api.call<{ candidateSessionId: number }>('post', `/api/simulations/${simulation.id}/invite`, {
          token,
          body: { candidateName: 'Ada', inviteEmail: `again${jumpMs}@test.example` },
        });
      const { body } = await withClock(jumpMs, invite);
      const mails = async (): Promise<number> =>
        (await api.database.rows('select from emails where candidate_session_id = $1', [body.candidateSessionId]))
          .length;
      await invite();
      assert.equal(await mails(), 1);
      await api.database.rows(`update emails set created_at = created_at - interval '31 seconds'`);
      await invite();
      assert.equal(await mails(), 2);
    });

    it('ends a session (as a worker) when the deadline has passed, and not before', async () => {
      const { orgId } = recruiter.actor;
      const outcomes: string[] = [];
      for (const leftMs of [10 * MINUTE_MS, -10 * MINUTE_MS]) {
        const { session } = await sessionWith(leftMs);
        const input = { orgId, sessionId: session.id, generation: 1 };
        const { outcome } = await withClock(jumpMs, () =>
          api.database.uow.write(systemActor(orgId, 'test'), (uow) => expireIfDue(uow, input)),
        );
        outcomes.push(outcome);
      }
      assert.deepEqual(outcomes, ['not_due', 'expired']);
    });

    it('leaves a message to its writer for the five seconds that it is leased, and takes it then', async () => {
      const { orgId } = recruiter.actor;
      await api.database.rows('truncate outbox');
      const pool = new Pool({ connectionString: api.database.systemUrl, max: 2 });
      const metrics = createMetrics({ processMetrics: false });
      const client = temporalClient(api.settings);
      await client.connection.close(); // each try fails at once: that it was made is all
      const relay = (): Promise<boolean> => deliverDue({ pool, client, metrics, log: createLogger('test', 'silent') });
      const tries = async (): Promise<number | undefined> =>
        (await api.database.rows<{ attempts: number }>('select attempts from outbox'))[0]?.attempts;
      try {
        await withClock(jumpMs, async () => {
          await api.database.uow.write(systemActor(orgId, 'test'), async (uow) =>
            uow.enqueue({ start: candidateSessionStart({ orgId, sessionId: '1', generation: 1 }) }),
          );
          await relay();
          assert.equal(await tries(), 0);
          await api.database.rows(`update outbox set lease_until = lease_until - interval '5 seconds'`);
          await relay();
          assert.equal(await tries(), 1);
        });
      } finally {
        await pool.end();
      }
    });

    it('judges tokens, lockouts and rate limits by its own clock: early when it is ahead, late when it is behind', async () => {
      const ahead = jumpMs > 0;
      const now = Math.floor(Date.now() / 1000);
      const status = async (exp: number): Promise<number> => {
        const token = api.recruiterToken(recruiter.actor.email, { exp });
        return (await withClock(jumpMs, () => api.call('get', '/api/simulations', { token }))).status;
      };
      assert.deepEqual([await status(now + 1_800), await status(now - 1_800)], ahead ? [401, 401] : [200, 200]);

      const door = lockout(counters);
      const email = `clock${jumpMs}@test.example`;
      const attempt = (): Promise<string> =>
        door
          .attempt(email, async () => ({ verdict: 'wrong', value: 'looked at' }))
          .catch((error: unknown) => (error instanceof AppError ? error.code : String(error)));
      for (let n = 0; n < 5; n += 1) await attempt();
      assert.equal(await attempt(), 'SIGN_IN_LOCKED');
      assert.equal(await withClock(jumpMs, attempt), ahead ? 'looked at' : 'SIGN_IN_LOCKED');

      const limits = { ...rateLimitClasses, open: { points: 1, seconds: 60 } };
      const count = async (): Promise<boolean | undefined> =>
        (await rateLimiter(counters, limits).count('open', `clock${jumpMs}`))?.isExceeded;
      assert.deepEqual([await count(), await count()], [false, true]);
      assert.equal(await withClock(jumpMs, count), !ahead);
    });
  });
}
