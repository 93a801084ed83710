import assert from 'node:assert/strict';
import { closeWorkspaces, reopenWorkspaces } from '../../../services/workspaces/closing.ts';
import { inActivity } from '../../support/factories-workspaces.ts';
import { makeTestRun } from '../../support/factories-hiring.ts';
import { lifeOf, type Life } from './life.ts';
import { activityPlace, requestedWorkspace, type ActivityPlace } from './place.ts';

describe('the clean-up of repositories', () => {
  let place: ActivityPlace;
  const rule = { retentionDays: 30, again: false };

  before(async () => {
    place = await activityPlace();
  });
  after(() => place.github.close());
  beforeEach(() => place.database.rows('delete from workspaces where last_run_id is null'));
  afterEach(() => place.github.control.resetFaults());

  /** A repository whose session has ended so many days ago. */
  async function ended(days: number): Promise<Life> {
    const workspace = await requestedWorkspace();
    const life = lifeOf(place, workspace);
    await life.live();
    const session = workspace.candidateSessionId ?? '';
    await place.database.rows(
      `update candidate_sessions set status = 'revoked', revoked_at = now() - make_interval(days => $2), revoked_reason = 'r'
       where id = $1`,
      [session, days],
    );
    await life.write((uow) => closeWorkspaces(uow, session));
    await life.live();
    return life;
  }

  const list = async (retentionDays: number | null = 30, after: string | null = null, limit = 25) =>
    (await inActivity(place.activities.listCleanup, { retentionDays, after, limit })).workspaces;
  const begin = async (changes: Partial<{ retentionDays: number | null; again: boolean }> = {}) => {
    const input = { ...rule, ...changes };
    const workspaces = await list(input.retentionDays);
    return (await inActivity(place.activities.beginCleanupRound, { ...input, workspaces })).begun;
  };
  const isThere = async (life: Life): Promise<boolean> => (await life.atGithub('GET')).status === 200;

  it('deletes what is older than the retention time, once, with an entry in the trail; all else stays', async () => {
    const [old, young] = [await ended(31), await ended(29)];
    const open = lifeOf(place, await requestedWorkspace());
    await open.live();
    const id = (await old.now()).id;
    const workspaces = await list();
    assert.deepEqual(
      workspaces.map((one) => one.id),
      [id],
    );
    const input = { ...rule, workspaces };
    const { begun } = await inActivity(place.activities.beginCleanupRound, input);
    assert.deepEqual(
      await inActivity(place.activities.beginCleanupRound, input),
      { begun },
      'taken up, not begun anew',
    );
    assert.equal((await old.now()).repositoryState, 'deleting');
    await assert.rejects(inActivity(place.activities.checkCleanupRound, { workspaces: begun }), {
      type: 'CLEANUP_UNDER_WAY',
      nonRetryable: false,
    });
    assert.equal(await old.live(), 'closed');
    const counts = await inActivity(place.activities.checkCleanupRound, { workspaces: begun });
    assert.deepEqual(counts, { archived: 0, deleted: 1, refused: {}, unfinished: 0 });
    assert.deepEqual([await isThere(old), await isThere(young), await isThere(open)], [false, true, true]);
    const row = await old.now();
    assert.deepEqual([row.status, row.repositoryState, row.settledGeneration], ['ready', 'deleted', 3]);
    assert.ok(row.repoId !== null && row.baseTemplateSha !== null, 'evidence stays');
    assert.deepEqual((await old.trail()).slice(-2), ['deletion_begun', 'repository_deleted']);
    assert.deepEqual(await list(), []);
  });

  it('deletes nothing without a retention time, and archives what should be', async () => {
    const old = await ended(400);
    const life = await ended(1);
    await place.database.rows(`update workspaces set repository_state = 'open' where id = $1`, [(await life.now()).id]);
    await life.atGithub('PATCH', { archived: false });
    const begun = await begin({ retentionDays: null });
    assert.deepEqual(
      begun.map((one) => one.id),
      [(await life.now()).id],
    );
    await life.live();
    const counts = await inActivity(place.activities.checkCleanupRound, { workspaces: begun });
    assert.deepEqual(counts, { archived: 1, deleted: 0, refused: {}, unfinished: 0 });
    assert.equal(await isThere(old), true);
  });

  it('counts what somebody else has deleted as deleted', async () => {
    const old = await ended(31);
    await old.atGithub('DELETE');
    const begun = await begin();
    await old.live();
    const { deleted } = await inActivity(place.activities.checkCleanupRound, { workspaces: begun });
    assert.deepEqual([deleted, (await old.trail()).at(-1)], [1, 'repository_gone']);
  });

  it('leaves alone what is not ours, until an operator says that this was mended', async () => {
    const old = await ended(31);
    const { repoFullName } = await old.now();
    await old.atGithub('PATCH', { archived: false });
    await old.atGithub('PATCH', { description: 'kept for the museum' });
    const begun = await begin();
    await old.live();
    const counts = await inActivity(place.activities.checkCleanupRound, { workspaces: begun });
    assert.deepEqual(counts, { archived: 0, deleted: 0, refused: { REPOSITORY_NOT_OURS: 1 }, unfinished: 0 });
    assert.equal(await isThere(old), true);
    assert.deepEqual(await begin(), []);
    await old.atGithub('PATCH', { description: `Tenon workspace ${(await old.now()).id}` });
    await begin({ again: true });
    await old.live();
    await assert.rejects(place.forge.getRepository(repoFullName), { code: 'GITHUB_NOT_FOUND' });
  });

  it('leaves alone another repository of the name', async () => {
    const old = await ended(31);
    const { repoFullName, id } = await old.now();
    await old.atGithub('DELETE');
    const [owner = '', name = ''] = repoFullName.split('/');
    const description = `Tenon workspace ${id}`;
    const templateFullName = 'tenon-hire-dev/tenon-template-tiny';
    const other = await place.forge.generateFromTemplate({ templateFullName, owner, name, description });
    await begin();
    await old.live();
    assert.equal((await place.forge.getRepository(repoFullName)).id, other.id);
    assert.equal((await old.now()).errorCode, 'REPOSITORY_NOT_OURS');
  });

  it('tells a missing right, and tries again the next time', async () => {
    const old = await ended(31);
    await place.github.control.fault({ route: 'DELETE /repos/{owner}/{repo}', status: 403 });
    const begun = await begin();
    await old.live();
    const counts = await inActivity(place.activities.checkCleanupRound, { workspaces: begun });
    assert.deepEqual(counts.refused, { GITHUB_PERMISSION_DENIED: 1 });
    assert.deepEqual([(await old.now()).repositoryState, (await old.trail()).at(-1)], ['archived', 'closing_refused']);
    await place.github.control.resetFaults();
    await begin();
    await old.live();
    assert.equal(await isThere(old), false);
  });

  it('spares a session that begins anew, before and while it is deleted', async () => {
    const [early, late] = [await ended(31), await ended(31)];
    const workspaces = await list();
    const reopen = async (life: Life): Promise<void> => {
      const { candidateSessionId: session } = await life.now();
      await place.database.rows(
        `update candidate_sessions set status = 'not_started', revoked_at = null, revoked_reason = null where id = $1`,
        [session],
      );
      await life.write((uow) => reopenWorkspaces(uow, session ?? ''));
    };
    await reopen(early);
    await inActivity(place.activities.beginCleanupRound, { ...rule, workspaces });
    assert.equal((await early.now()).repositoryState, 'reopening');
    await reopen(late);
    const deleting = await late.input();
    assert.deepEqual(await inActivity(place.activities.closeAndSettle, deleting), { closed: false });
    for (const life of [early, late]) {
      assert.equal(await life.live(), 'ready');
      assert.equal((await life.now()).repositoryState, 'open');
      assert.equal(await isThere(life), true);
    }
  });

  it('waits for a run, and goes through a long list in pages', async () => {
    const lives = [await ended(31), await ended(32), await ended(33)];
    const [first, second] = await list(30, null, 2);
    assert.ok(first && second && first.id < second.id);
    assert.equal((await list(30, second.id, 2)).length, 1);
    const running = lives.find(() => true);
    assert.ok(running);
    await makeTestRun(await running.now(), { status: 'running' });
    const ids = (await begin()).map(({ id }) => id);
    assert.equal(ids.includes((await running.now()).id), false);
    assert.equal(ids.length, 2);
  });
});
