import assert from 'node:assert/strict';
import { closeWorkspaces, reopenWorkspaces } from '../../../services/workspaces/closing.ts';
import { initWorkspace } from '../../../services/workspaces/provisioning.ts';
import type { Workspace } from '../../../models/workspace.ts';
import { activitiesOn, inActivity } from '../../support/factories-workspaces.ts';
import { makeTestRun } from '../../support/factories-hiring.ts';
import { lifeOf, type Life } from './life.ts';
import { activityPlace, requestedWorkspace, type ActivityPlace } from './place.ts';

describe('the end of a workspace', () => {
  let place: ActivityPlace;
  let workspace: Workspace;
  let life: Life;

  before(async () => {
    place = await activityPlace();
  });
  after(() => place.github.close());
  beforeEach(async () => {
    const { login } = await place.github.control.user('octo-candidate');
    workspace = await requestedWorkspace(undefined, login);
    life = lifeOf(place, workspace);
    await life.live();
  });
  afterEach(() => place.github.control.resetFaults());

  const sessionId = (): string => workspace.candidateSessionId ?? '';
  const close = (): Promise<void> => life.write((uow) => closeWorkspaces(uow, sessionId()));
  const reopen = (): Promise<void> => life.write((uow) => reopenWorkspaces(uow, sessionId()));
  const init = (githubUsername: string): Promise<Workspace> =>
    life.write((uow) =>
      initWorkspace(uow, {
        sessionId: sessionId(),
        taskId: workspace.taskId ?? '',
        templateRepo: workspace.templateRepo,
        repoFullName: workspace.repoFullName,
        githubUsername,
      }),
    );
  const archived = async (): Promise<boolean> => (await place.forge.getRepository(workspace.repoFullName)).archived;
  const invited = async (): Promise<string> => (await life.atGithub('GET', undefined, '/invitations')).text();

  it('takes access away and then archives, each activity twice without harm', async () => {
    assert.match(await invited(), /octo-candidate/);
    await close();
    await close();
    const input = await life.input();
    assert.equal(input.generation, 2, 'one life does both');
    assert.deepEqual(await inActivity(place.activities.beginProvisioning, input), { proceed: true, closes: true });
    await place.github.control.clearCalls();
    assert.deepEqual(await inActivity(place.activities.closeAndSettle, input), { closed: true });
    assert.deepEqual(await inActivity(place.activities.closeAndSettle, input), { closed: true });
    const { counts } = await place.github.control.calls();
    assert.equal(counts['PATCH /repos/{owner}/{repo}'], 1);
    assert.equal(await archived(), true);
    assert.doesNotMatch(await invited(), /octo-candidate/);
    const row = await life.now();
    assert.deepEqual(
      [row.status, row.repositoryState, row.accessGrantedTo, row.accessToRevoke, row.settledGeneration],
      ['ready', 'archived', null, [], 2],
    );
    assert.deepEqual((await life.trail()).slice(-3), ['access_withdrawn', 'closed', 'repository_archived']);
    await close();
    assert.equal((await life.now()).generation, 2, 'it is done');
  });

  it('waits for a run that is queued or running', async () => {
    const run = await makeTestRun(workspace, { status: 'running' });
    await close();
    const waits = inActivity(place.activities.closeAndSettle, await life.input());
    await assert.rejects(waits, { type: 'WORKSPACE_RUN_UNDER_WAY', nonRetryable: false, nextRetryDelay: 30_000 });
    assert.equal(await archived(), false);
    await place.database.rows(`update test_runs set status = 'passed', finished_at = now() where id = $1`, [run.id]);
    assert.equal(await life.live(), 'closed');
    assert.equal(await archived(), true);
  });

  it('is undone when the session begins anew: open again, and access only when it is asked for', async () => {
    await close();
    await life.live();
    await reopen();
    assert.equal((await life.now()).repositoryState, 'reopening');
    assert.equal(await life.live(), 'ready');
    assert.equal(await archived(), false);
    const row = await life.now();
    assert.deepEqual([row.repositoryState, row.accessGrantedTo, row.protection], ['open', null, 'protected']);
    await init('octo-candidate');
    assert.equal(await life.live(), 'ready');
    assert.match(await invited(), /octo-candidate/);
  });

  it('is undone by another life when the session begins anew while the repository is being archived', async () => {
    await close();
    const { forge, database, activities } = place;
    const midway = activitiesOn(database.uow, {
      ...forge,
      archiveRepository: async (repo) => {
        await forge.archiveRepository(repo);
        await reopen();
        await init('octo-candidate');
      },
    });
    const input = await life.input();
    assert.deepEqual(await inActivity(midway.closeAndSettle, input), { closed: false });
    assert.equal(await archived(), true);
    assert.equal((await life.now()).generation, input.generation + 1);
    await assert.rejects(inActivity(activities.closeAndSettle, input), { code: 'CONFLICT' });
    assert.equal(await life.live(), 'ready');
    assert.equal(await archived(), false);
    assert.equal((await life.now()).accessGrantedTo, 'octo-candidate');
  });

  it('comes in the life that makes the repository when the session ends meanwhile', async () => {
    const other = await requestedWorkspace(undefined, 'octo-candidate');
    const its = lifeOf(place, other);
    const input = await its.input();
    await inActivity(place.activities.beginProvisioning, input);
    const { repoId } = await inActivity(place.activities.ensureRepository, input);
    await its.write((uow) => closeWorkspaces(uow, other.candidateSessionId ?? ''));
    const ready = await inActivity(place.activities.checkReady, { ...input, repoId });
    const granted = await inActivity(place.activities.grantAccessAndSettle, { ...input, repoId, ...ready });
    assert.deepEqual(granted, { accessGrantedTo: null, closes: true });
    await inActivity(place.activities.closeAndSettle, input);
    const row = await its.now();
    assert.deepEqual([row.status, row.repositoryState, row.settledGeneration], ['ready', 'archived', 1]);
  });

  it('makes nothing for a session that has ended before, and archives what a dead process has made', async () => {
    const { forge, activities } = place;
    const never = await requestedWorkspace();
    const made = await requestedWorkspace();
    await inActivity(activities.ensureRepository, await lifeOf(place, made).input());
    await place.database.rows('update workspaces set repo_id = null where id = $1', [made.id]);
    for (const one of [never, made]) {
      const its = lifeOf(place, one);
      await its.write((uow) => closeWorkspaces(uow, one.candidateSessionId ?? ''));
      assert.equal(await its.live(), 'closed');
      const { status, errorCode, settledGeneration } = await its.now();
      assert.deepEqual([status, errorCode, settledGeneration], ['failed', 'SESSION_ENDED', 1]);
    }
    await assert.rejects(forge.getRepository(never.repoFullName), { code: 'GITHUB_NOT_FOUND' });
    assert.equal((await forge.getRepository(made.repoFullName)).archived, true);
    const its = lifeOf(place, never);
    await its.write((uow) => reopenWorkspaces(uow, never.candidateSessionId ?? ''));
    assert.equal(await its.live(), 'ready', 'a new life of the session makes it after all');
  });

  it('says so when GitHub has the repository no more, or refuses, and tries nothing for ever', async () => {
    await place.github.control.fault({ route: 'PATCH /repos/{owner}/{repo}', status: 403 });
    await close();
    assert.equal(await life.live(), 'closed');
    const refused = await life.now();
    assert.deepEqual(
      [refused.repositoryState, refused.errorCode, refused.settledGeneration],
      ['archiving', 'GITHUB_PERMISSION_DENIED', 2],
    );
    await place.github.control.resetFaults();
    await life.atGithub('DELETE');
    await place.database.rows('update workspaces set generation = 3 where id = $1', [workspace.id]);
    assert.equal(await life.live(), 'closed');
    assert.deepEqual([(await life.now()).repositoryState, (await life.trail()).at(-1)], ['deleted', 'repository_gone']);
    await reopen();
    assert.equal(await life.live(), 'ready');
    const row = await life.now();
    assert.notEqual(row.repoId, workspace.repoId);
    assert.deepEqual([row.repositoryState, row.initializedAt], ['open', null], 'made anew, and opened by nobody yet');
  });
});
