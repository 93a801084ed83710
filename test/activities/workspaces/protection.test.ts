import assert from 'node:assert/strict';
import { planRefusal, protectionRoute } from '../../../local/github/rest/protection.ts';
import { inActivity, turnsOn } from '../../support/factories-workspaces.ts';
import { lifeOf } from './life.ts';
import { activityPlace, requestedWorkspace, type ActivityPlace } from './place.ts';

describe('protection of a workspace’s default branch', () => {
  let place: ActivityPlace;
  const route = `PUT ${protectionRoute}`;

  before(async () => {
    place = await activityPlace();
  });
  after(() => place.github.close());
  afterEach(() => place.github.control.resetFaults());

  /** A life that has come to its last activity. */
  async function almost() {
    const life = lifeOf(place, await requestedWorkspace());
    const input = await life.input();
    await inActivity(place.activities.beginProvisioning, input);
    const { repoId } = await inActivity(place.activities.ensureRepository, input);
    const facts = { ...input, repoId, ...(await inActivity(place.activities.checkReady, { ...input, repoId })) };
    const settle = (attempt?: number) => inActivity(place.activities.grantAccessAndSettle, facts, attempt);
    const protection = async () => {
      const { status, settledGeneration, protection, protectionErrorCode } = await life.now();
      return [status, settledGeneration, protection, protectionErrorCode];
    };
    return { life, input, settle, protection };
  }

  it('comes once, after it is ready', async () => {
    const { life, settle, protection } = await almost();
    await place.github.control.clearCalls();
    await settle();
    await settle();
    assert.equal((await place.github.control.calls()).counts[route], 1);
    assert.deepEqual(await protection(), ['ready', 1, 'protected', null]);
    assert.deepEqual((await life.trail()).slice(-2), ['became_ready', 'branch_protected']);
  });

  it('is recorded as unsupported by the plan, and not asked for again', async () => {
    const { life, settle, protection } = await almost();
    await place.github.control.fault({ route, status: 403, body: planRefusal });
    await settle();
    assert.deepEqual(await protection(), ['ready', 1, 'unsupported', 'GITHUB_PERMISSION_DENIED']);
    assert.equal((await life.trail()).at(-1), 'branch_not_protected');
    await place.github.control.clearCalls();
    await settle();
    assert.equal((await place.github.control.calls()).counts[route], undefined);
  });

  for (const status of [403, 404]) {
    it(`is recorded as failed after a ${status}`, async () => {
      const { settle, protection } = await almost();
      await place.github.control.fault({ route, status });
      await settle();
      const code = status === 403 ? 'GITHUB_PERMISSION_DENIED' : 'GITHUB_NOT_FOUND';
      assert.deepEqual(await protection(), ['ready', 1, 'failed', code]);
    });
  }

  it('keeps nobody waiting while GitHub is away, and is given up in the end', async () => {
    const { life, input, settle, protection } = await almost();
    await place.github.control.fault({ route, status: 503 });
    await assert.rejects(settle(), { code: 'GITHUB_UNAVAILABLE' });
    assert.deepEqual(await protection(), ['ready', 1, 'wanted', null], 'it can be worked in already');
    const turn = { orgId: input.orgId, key: `protect/${input.workspaceId}/1`, priority: 'background' } as const;
    const turns = turnsOn(place.database.uow);
    for (let tries = 2; tries <= 7; tries += 1) await turns.inTurn(turn, () => Promise.resolve());
    await settle();
    assert.deepEqual(await protection(), ['ready', 1, 'failed', 'GITHUB_UNAVAILABLE']);

    const other = await almost();
    await place.github.control.resetFaults();
    await place.github.control.fault({ route, rateLimited: 'secondary' });
    await assert.rejects(other.settle(50), { code: 'GITHUB_RATE_LIMITED' }, 'a wait is no try');
    const failure = { ...(await other.life.input()), errorCode: 'TIMED_OUT', reason: 'x' };
    await inActivity(place.activities.recordProvisioningFailure, failure);
    assert.deepEqual(await other.protection(), ['ready', 1, 'failed', 'TIMED_OUT'], 'its life is over');
    assert.notEqual((await life.now()).id, (await other.life.now()).id);
    assert.equal(input.generation, 1);
  });
});
