import assert from 'node:assert/strict';
import type { ApplicationFailure } from '@temporalio/common';
import type { WriteLimits } from '../../../domain/github/write-limits.ts';
import type { Workspace } from '../../../models/workspace.ts';
import { activitiesOn, forgeOf, inActivity, keepingLog, turnsOn } from '../../support/factories-workspaces.ts';
import { activityPlace, queuedRun, readyWorkspace, requestedWorkspace, rowsNow, type ActivityPlace } from './place.ts';

const generate = 'POST /repos/{template_owner}/{template_repo}/generate';
const give = 'PUT /repos/{owner}/{repo}/collaborators/{username}';
const take = 'DELETE /repos/{owner}/{repo}/collaborators/{username}';

/** One write, and then none as long as the test runs. */
const oneWrite: WriteLimits = { windows: [], spacingMs: 600_000 };

describe('writing to GitHub in turn', () => {
  let place: ActivityPlace;

  before(async () => {
    place = await activityPlace();
  });
  after(() => place.github.close());
  beforeEach(async () => {
    await place.database.rows('truncate github_turns, github_budgets');
    await place.github.control.clearCalls();
  });
  afterEach(() => place.github.control.resetFaults());

  const inputOf = ({ orgId, id, generation }: Workspace) => ({ orgId, workspaceId: id, generation });
  const now = ({ orgId, id }: Workspace): Promise<Workspace> => rowsNow(place.database, orgId).workspace(id);
  const calls = async (route: string): Promise<number> => (await place.github.control.calls()).counts[route] ?? 0;
  const limitedTo = (limits: WriteLimits) => {
    const turns = turnsOn(place.database.uow, limits);
    return activitiesOn(place.database.uow, place.forge, undefined, turns);
  };
  const notSent = (error: ApplicationFailure): boolean => error.type === 'GITHUB_CALL_NOT_SENT' && !error.nonRetryable;
  /** The next write may be made at once. */
  const turnComes = () => place.database.rows(`update github_turns set granted_at = granted_at - interval '1 hour'`);

  it('a repository waits for its turn and costs one, however often it is tried', async () => {
    const activities = limitedTo(oneWrite);
    const [first, second] = [await requestedWorkspace(), await requestedWorkspace()];
    await place.database.rows('update workspaces set initialized_at = null where id = $1', [second.id]);
    await inActivity(activities.ensureRepository, inputOf(first));
    await assert.rejects(inActivity(activities.ensureRepository, inputOf(second)), notSent);
    await assert.rejects(inActivity(activities.ensureRepository, inputOf(second), 2), notSent);
    assert.equal(await calls(generate), 1);
    await turnComes();
    await inActivity(activities.ensureRepository, inputOf(second), 3);
    assert.equal(await calls(generate), 2);
    const turns = await place.database.rows(
      `select key, priority, granted_at is not null as granted, ended_at >= promised_at - interval '1 hour' as ended
       from github_turns order by id`,
    );
    assert.deepEqual(turns, [
      { key: `generate/${first.id}`, priority: 'candidate', granted: true, ended: true },
      { key: `generate/${second.id}`, priority: 'background', granted: true, ended: true },
    ]);
  });

  it('access waits for its turn and is never lost by waiting, nor by a limit of GitHub’s', async () => {
    const { login } = await place.github.control.user('waits-for-access');
    const workspace = await requestedWorkspace(undefined, login);
    const activities = limitedTo(oneWrite);
    const { repoId } = await inActivity(activities.ensureRepository, inputOf(workspace));
    const ready = await inActivity(activities.checkReady, { ...inputOf(workspace), repoId });
    const facts = { ...inputOf(workspace), repoId, ...ready };
    for (const attempt of [1, 2, 3, 40])
      await assert.rejects(inActivity(activities.grantAccessAndSettle, facts, attempt), notSent);
    assert.equal(await calls(give), 0);
    await place.github.control.fault({ route: give, rateLimited: 'secondary', times: 4 });
    for (const attempt of [41, 42, 43, 44]) {
      await turnComes();
      const limited = { code: 'GITHUB_RATE_LIMITED', retryAfterSeconds: 60 };
      await assert.rejects(inActivity(activities.grantAccessAndSettle, facts, attempt), limited);
    }
    await turnComes();
    await assert.rejects(inActivity(activities.grantAccessAndSettle, facts, 45), notSent, 'protection waits now');
    const row = await now(workspace);
    assert.deepEqual([row.accessGrantedTo, row.errorCode, row.settledGeneration], [login, null, 1]);
    await turnComes();
    const granted = await inActivity(activities.grantAccessAndSettle, facts, 46);
    assert.deepEqual([granted, (await now(workspace)).protection], [{ accessGrantedTo: login }, 'protected']);
  });

  it('what is done is recorded before the next turn is waited for', async () => {
    const { control } = place.github;
    const [old, older] = [(await control.user('had-access')).login, (await control.user('had-access-too')).login];
    const { login } = await control.user('gets-access');
    const free = place.activities;
    const workspace = await requestedWorkspace(undefined, login);
    const { repoId } = await inActivity(free.ensureRepository, inputOf(workspace));
    const ready = await inActivity(free.checkReady, { ...inputOf(workspace), repoId });
    await place.database.rows('update workspaces set access_to_revoke = $2 where id = $1', [
      workspace.id,
      [old, older],
    ]);
    await turnComes();
    const activities = limitedTo(oneWrite);
    const facts = { ...inputOf(workspace), repoId, ...ready };
    const step = () => inActivity(activities.grantAccessAndSettle, facts);
    await assert.rejects(step(), notSent);
    assert.deepEqual((await now(workspace)).accessToRevoke, [older]);
    await turnComes();
    await assert.rejects(step(), notSent);
    const between = await now(workspace);
    assert.deepEqual([between.accessToRevoke, between.accessGrantedTo, between.settledGeneration], [[], null, 0]);
    await turnComes();
    await assert.rejects(step(), notSent, 'protection waits now');
    assert.equal((await now(workspace)).accessGrantedTo, login);
    assert.deepEqual([await calls(take), await calls(give)], [2, 1]);
  });

  it('what GitHub limits stops everybody until GitHub may be asked again, also by a read', async () => {
    const { uow } = place.database;
    const { log, lines } = keepingLog();
    const turns = turnsOn(uow, undefined, log);
    const forge = forgeOf(place.github, undefined, { onRateLimited: (seconds) => turns.pause(seconds) });
    const activities = activitiesOn(uow, forge, undefined, turns);
    const workspace = await readyWorkspace(place.forge);
    await place.github.control.fault({ route: 'GET /repos/{owner}/{repo}', rateLimited: 'secondary', times: 1 });
    await assert.rejects(forge.getRepository(workspace.repoFullName), { code: 'GITHUB_RATE_LIMITED' });
    assert.match(lines.join(''), /nothing is written for a while/);
    const run = await queuedRun(place.database, workspace);
    const paused = (error: ApplicationFailure): boolean => notSent(error) && Number(error.nextRetryDelay) > 50_000;
    await assert.rejects(inActivity(activities.dispatchRun, { orgId: run.orgId, runId: run.id }), paused);
    await assert.rejects(inActivity(activities.ensureRepository, inputOf(await requestedWorkspace())), paused);
    await place.database.rows(`update github_budgets set paused_until = now()`);
    assert.ok((await inActivity(activities.dispatchRun, { orgId: run.orgId, runId: run.id }, 2)).githubRunId);
  });
});
