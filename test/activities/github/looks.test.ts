import assert from 'node:assert/strict';
import { anonymous } from '../../../domain/identity/actor.ts';
import type { Workspace } from '../../../models/workspace.ts';
import { findRepositoriesToLookAt } from '../../../services/workspaces/look-targets.ts';
import { ledgerOf, reconciliationPlace, rowOf, type ReconciliationPlace } from './place.ts';

describe('looking at repositories', () => {
  let place: ReconciliationPlace;

  before(async () => {
    place = await reconciliationPlace();
  });
  after(() => place.github.close());
  afterEach(() => place.github.control.resetFaults());
  beforeEach(() => place.database.rows('update workspaces set repo_looked_at = now(), repo_look_due_at = null'));

  const look = () => place.activities.lookAtRepositories();
  /** As if nobody had looked for an hour. */
  const age = ({ id }: Workspace) =>
    place.database.rows(
      `update workspaces set repo_looked_at = now() - interval '1 hour', ready_at = now() - interval '2 hours' where id = $1`,
      [id],
    );
  const due = ({ id }: Workspace) =>
    place.database.rows('update workspaces set repo_look_due_at = now() where id = $1', [id]);
  const audit = ({ id }: Workspace) =>
    place.database.rows<{ action: string; after: object }>(
      `select action, body::jsonb -> 'after' as after from audit_entries where resource_id = $1 order by seq`,
      [id],
    );
  const change = (workspace: Workspace, changes: Record<string, unknown>) => {
    const [owner = '', repo = ''] = workspace.repoFullName.split('/');
    return place.octokit.request('PATCH /repos/{owner}/{repo}', { owner, repo, ...changes });
  };
  const calls = async (route: string): Promise<number> => (await place.github.control.calls()).counts[route] ?? 0;

  it('finds a push that nobody told of, once, and says that it was found', async () => {
    const workspace = await place.workspace();
    const head = await place.commit(workspace);
    await age(workspace);
    assert.deepEqual(await look(), { looked: 1, found: 1, more: false });
    assert.equal((await rowOf(place, workspace))?.head, head);
    const found = { source: 'looked', after_sha: head, pusher_login: null, pushed_at: null };
    assert.deepEqual(await ledgerOf(place, workspace), [found]);
    assert.deepEqual(await audit(workspace), [{ action: 'workspace.push_found', after: { headSha: head } }]);
    await age(workspace);
    assert.deepEqual(await look(), { looked: 1, found: 0, more: false });
    assert.equal((await ledgerOf(place, workspace)).length, 1);
  });

  it('does so once when two workers look at the same time', async () => {
    const workspace = await place.workspace();
    await place.commit(workspace);
    await age(workspace);
    await Promise.all([look(), look(), look()]);
    assert.equal((await ledgerOf(place, workspace)).length, 1);
    assert.equal((await audit(workspace)).length, 1);
  });

  it('costs one call where nobody has pushed, and none for sessions that are over or were just looked at', async () => {
    const quiet = await place.workspace();
    await age(quiet);
    await look();
    const over = await place.workspace({ status: 'completed' });
    await age(over);
    await age(quiet);
    await place.workspace();
    await place.github.control.clearCalls();
    assert.deepEqual(await look(), { looked: 1, found: 0, more: false });
    assert.equal(await calls('GET /repos/{owner}/{repo}'), 1);
    assert.equal(await calls('GET /repos/{owner}/{repo}/branches/{branch}'), 0);
  });

  it('follows a new name, by the number that does not change', async () => {
    const workspace = await place.workspace({ status: 'completed' });
    await change(workspace, { name: 'another-name' });
    await due(workspace);
    assert.deepEqual(await look(), { looked: 1, found: 1, more: false });
    assert.deepEqual(await rowOf(place, workspace), {
      head: workspace.latestCommitSha,
      name: 'tenon-hire-dev/another-name',
      error: null,
      due: false,
      looked: true,
    });
    const renamed = { repoFullName: 'tenon-hire-dev/another-name' };
    assert.deepEqual(await audit(workspace), [{ action: 'workspace.repository_renamed', after: renamed }]);
  });

  it('marks a repository that is public or gone, and takes the mark away when it is not so any more', async () => {
    const workspace = await place.workspace();
    await change(workspace, { private: false });
    await due(workspace);
    await look();
    assert.equal((await rowOf(place, workspace))?.error, 'REPOSITORY_PUBLIC');
    await change(workspace, { private: true });
    await due(workspace);
    await look();
    assert.equal((await rowOf(place, workspace))?.error, null);
    const [owner = '', repo = ''] = workspace.repoFullName.split('/');
    await place.octokit.request('DELETE /repos/{owner}/{repo}', { owner, repo });
    await due(workspace);
    await look();
    assert.equal((await rowOf(place, workspace))?.error, 'REPOSITORY_GONE');
    const told = (await audit(workspace)).filter(({ action }) => action === 'workspace.repository_changed');
    const codes = told.map(({ after }) => (after as { errorCode: string | null }).errorCode);
    assert.deepEqual(codes, ['REPOSITORY_PUBLIC', null, 'REPOSITORY_GONE']);
  });

  it('begins another life for a repository that is gone while somebody may work in it, once', async () => {
    const workspace = await place.workspace();
    const [owner = '', repo = ''] = workspace.repoFullName.split('/');
    await place.octokit.request('DELETE /repos/{owner}/{repo}', { owner, repo });
    for (const _ of [1, 2]) {
      await due(workspace);
      await look();
    }
    const [row] = await place.database.rows('select generation, error_code from workspaces where id = $1', [
      workspace.id,
    ]);
    assert.deepEqual(row, { generation: workspace.generation + 1, error_code: 'REPOSITORY_GONE' });
    const [sent] = await place.database.rows('select count(*)::int from outbox where workflow_id = $1', [
      `workspace/${workspace.id}/${workspace.generation + 1}`,
    ]);
    assert.deepEqual(sent, { count: 1 });
  });

  it('has no quarrel with the end of a repository whose workspace is archived', async () => {
    const workspace = await place.workspace({ status: 'completed' }, { repositoryState: 'archived' });
    const [owner = '', repo = ''] = workspace.repoFullName.split('/');
    await place.octokit.request('DELETE /repos/{owner}/{repo}', { owner, repo });
    await due(workspace);
    assert.deepEqual(await look(), { looked: 1, found: 0, more: false });
    assert.equal((await rowOf(place, workspace))?.error, null);
  });

  it('is not stopped by one that cannot be stored, and does not put it first again', async () => {
    const [one, other] = [await place.workspace(), await place.workspace()];
    await place.database.rows(
      `insert into workspaces (org_id, candidate_session_id, task_id, template_repo, repo_full_name)
       select w.org_id, w.candidate_session_id, t.id, w.template_repo, 'tenon-hire-dev/taken'
       from workspaces w join simulation_tasks t on t.org_id = w.org_id and t.type = 'debug' where w.id = $1`,
      [one.id],
    );
    await change(one, { name: 'taken' });
    await due(one);
    const head = await place.commit(other);
    await due(other);
    assert.deepEqual(await look(), { looked: 2, found: 2, more: false });
    assert.deepEqual([(await rowOf(place, one))?.name, (await rowOf(place, one))?.due], [one.repoFullName, false]);
    assert.equal((await rowOf(place, other))?.head, head);
  });

  it('waits when GitHub does not answer, or says when to come back', async () => {
    const workspace = await place.workspace();
    await due(workspace);
    for (const [fault, code] of [
      [{ rateLimited: 'primary' }, 'GITHUB_RATE_LIMITED'],
      [{ status: 503 }, 'GITHUB_UNAVAILABLE'],
    ] as const) {
      await place.github.control.fault({ route: 'GET /repos/{owner}/{repo}', ...fault });
      await assert.rejects(look(), { code });
      await place.github.control.clearFaults();
    }
    assert.equal((await rowOf(place, workspace))?.due, true);
    assert.equal((await look()).looked, 1);
  });

  it('takes those first of which a webhook told, and no more than asked for', async () => {
    const [old, told] = [await place.workspace(), await place.workspace()];
    await age(old);
    await due(told);
    const find = (most: number) =>
      place.database.uow.read(anonymous, (uow) => findRepositoriesToLookAt(uow, { lookedBefore: new Date(), most }));
    assert.deepEqual(await find(1), [{ workspaceId: told.id, orgId: told.orgId }]);
    assert.deepEqual(
      (await find(5)).slice(0, 2).map(({ workspaceId }) => workspaceId),
      [told.id, old.id],
    );
  });
});
