import assert from 'node:assert/strict';
import { initWorkspace } from '../../../services/workspaces/provisioning.ts';
import { recordRunFailed } from '../../../services/workspaces/run-records.ts';
import type { Workspace } from '../../../models/workspace.ts';
import { inActivity, tinyTemplate } from '../../support/factories-workspaces.ts';
import { lifeOf, type Life } from './life.ts';
import { activityPlace, queuedRun, requestedWorkspace, type ActivityPlace } from './place.ts';

describe('a workspace that is half made, or no more at GitHub', () => {
  let place: ActivityPlace;

  before(async () => {
    place = await activityPlace();
  });
  after(() => place.github.close());
  afterEach(() => place.github.control.resetFaults());

  const init = (life: Life, workspace: Workspace, githubUsername?: string): Promise<Workspace> =>
    life.write((uow) =>
      initWorkspace(uow, {
        sessionId: workspace.candidateSessionId ?? '',
        taskId: workspace.taskId ?? '',
        templateRepo: workspace.templateRepo,
        repoFullName: workspace.repoFullName,
        ...(githubUsername !== undefined && { githubUsername }),
      }),
    );
  /** Its life ends as it does when GitHub's copy never comes. */
  const giveUp = async (life: Life): Promise<void> =>
    inActivity(place.activities.recordProvisioningFailure, {
      ...(await life.input()),
      errorCode: 'TIMED_OUT',
      reason: 'It took too long',
    });
  const age = async (life: Life, createdAt: string): Promise<void> => {
    const found = (await (await life.atGithub('GET')).json()) as object;
    const reply = { ...found, created_at: createdAt };
    await place.github.control.fault({ route: 'GET /repos/{owner}/{repo}', status: 200, body: reply, times: 1 });
  };

  it('is adopted when the process died before the row knew its repository', async () => {
    const workspace = await requestedWorkspace();
    const life = lifeOf(place, workspace);
    const input = await life.input();
    const first = await inActivity(place.activities.ensureRepository, input);
    assert.equal((await life.now()).repoId, first.repoId, 'known as soon as it is there');
    await place.database.rows('update workspaces set repo_id = null where id = $1', [workspace.id]);
    assert.deepEqual(await inActivity(place.activities.ensureRepository, input), first);
    assert.equal(await life.live(), 'ready');
    assert.equal((await life.now()).repoId, first.repoId);
  });

  it('is waited for while GitHub may still copy, and made anew by the next life when it did not', async () => {
    await place.github.control.generateDelay({ ms: -1 });
    const workspace = await requestedWorkspace();
    const life = lifeOf(place, workspace);
    await assert.rejects(life.live(), { type: 'WORKSPACE_NOT_READY' });
    const half = await life.now();
    await age(life, new Date(Date.now() - 11 * 60_000).toISOString());
    const look = { ...(await life.input()), repoId: half.repoId ?? '' };
    await assert.rejects(inActivity(place.activities.checkReady, look), { type: 'TIMED_OUT', nonRetryable: true });
    await giveUp(life);
    assert.deepEqual([(await life.now()).status, (await life.now()).errorCode], ['failed', 'TIMED_OUT']);
    await init(life, workspace);
    const second = await life.input();
    await inActivity(place.activities.beginProvisioning, second);
    const waits = await inActivity(place.activities.ensureRepository, second);
    assert.equal(waits.repoId, half.repoId, 'too young to be given up');
    await place.github.control.resetFaults();
    await age(life, '2020-01-01T00:00:00Z');
    const made = await inActivity(place.activities.ensureRepository, second);
    assert.notEqual(made.repoId, half.repoId);
    assert.equal(await life.live(), 'ready');
    const row = await life.now();
    assert.deepEqual([row.repoId, row.initializedAt !== null], [made.repoId, true], 'whoever waits for it gets it');
  });

  it('is not deleted when it is old and sound, nor when it is not described as ours', async () => {
    const [sound, foreign] = [await requestedWorkspace(), await requestedWorkspace()];
    for (const workspace of [sound, foreign]) {
      const life = lifeOf(place, workspace);
      const input = await life.input();
      const { repoId } = await inActivity(place.activities.ensureRepository, input);
      if (workspace === foreign) await life.atGithub('PATCH', { description: 'mine now' });
      await age(life, '2020-01-01T00:00:00Z');
      assert.equal((await inActivity(place.activities.ensureRepository, input)).repoId, repoId);
    }
  });

  it('is ready with what the template was when it was made, although the template has changed since', async () => {
    const workspace = await requestedWorkspace();
    const life = lifeOf(place, workspace);
    const input = await life.input();
    const { repoId } = await inActivity(place.activities.ensureRepository, input);
    const url = `${place.github.apiUrl}/repos/${tinyTemplate}/contents/later.txt`;
    const headers = { authorization: `Bearer ${place.github.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ message: 'Later', content: Buffer.from('later').toString('base64') });
    assert.equal((await fetch(url, { method: 'PUT', headers, body })).status, 201);
    assert.ok(await inActivity(place.activities.checkReady, { ...input, repoId }));
  });

  it('is made anew when a run finds that GitHub has it no more; the candidate opens it again', async () => {
    const { login } = await place.github.control.user('octo-candidate');
    const workspace = await requestedWorkspace(undefined, login);
    const life = lifeOf(place, workspace);
    await init(life, workspace);
    await life.live();
    const before = await life.now();
    await life.atGithub('DELETE');
    const run = await queuedRun(place.database, before);
    const failure = { runId: run.id, errorCode: 'GITHUB_NOT_FOUND', reason: 'r' };
    await life.write((uow) => recordRunFailed(uow, place.owners, failure));
    assert.equal((await life.now()).generation, before.generation + 1);
    assert.equal(await life.live(), 'ready');
    const row = await life.now();
    assert.notEqual(row.repoId, before.repoId);
    assert.deepEqual([row.accessGrantedTo, row.protection, row.initializedAt], [login, 'protected', null]);
    assert.deepEqual(
      (await life.trail()).filter((action) => action.startsWith('repository') || action === 'looked_at_again'),
      ['looked_at_again', 'repository_replaced'],
    );
  });

  it('is left as it is when GitHub does not show it and will not make another', async () => {
    const life = lifeOf(place, await requestedWorkspace());
    await life.live();
    const before = await life.now();
    await place.database.rows('update workspaces set generation = 2 where id = $1', [before.id]);
    await place.github.control.fault({ route: 'GET /repos/{owner}/{repo}', status: 404 });
    await assert.rejects(life.live(), { code: 'GITHUB_NOT_FOUND' });
    await inActivity(place.activities.recordProvisioningFailure, {
      ...(await life.input()),
      errorCode: 'GITHUB_NOT_FOUND',
      reason: 'r',
    });
    const { status, repoId, baseTemplateSha } = await life.now();
    assert.deepEqual([status, repoId, baseTemplateSha], ['ready', before.repoId, before.baseTemplateSha]);
  });

  it('keeps its repository under another name', async () => {
    const life = lifeOf(place, await requestedWorkspace());
    await life.live();
    const before = await life.now();
    const name = `renamed-${before.id.slice(0, 8)}`;
    await life.atGithub('PATCH', { name });
    await place.database.rows('update workspaces set generation = 2 where id = $1', [before.id]);
    assert.equal(await life.live(), 'ready');
    const row = await life.now();
    assert.deepEqual([row.repoId, row.repoFullName], [before.repoId, `tenon-hire-dev/${name}`]);
    assert.ok((await life.trail()).includes('repository_renamed'));
  });

  it('invites again a candidate whose invitation may have ended, and nobody else', async () => {
    const { login } = await place.github.control.user('octo-candidate');
    const workspace = await requestedWorkspace(undefined, login);
    const life = lifeOf(place, workspace);
    await life.live();
    await init(life, workspace, login);
    assert.equal((await life.now()).generation, 1, 'GitHub keeps an invitation for seven days');
    await place.database.rows(`update workspaces set access_granted_at = now() - interval '7 days' where id = $1`, [
      workspace.id,
    ]);
    await init(life, workspace, login);
    await place.github.control.clearCalls();
    assert.equal(await life.live(), 'ready');
    assert.equal((await place.github.control.calls()).counts['PUT /repos/{owner}/{repo}/collaborators/{username}'], 1);
    await init(life, workspace, login);
    assert.equal((await life.now()).generation, 2);
  });
});
