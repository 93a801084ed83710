import assert from 'node:assert/strict';
import type { UnitOfWork } from '../../../core/unit-of-work.ts';
import { systemActor, type SystemActor } from '../../../domain/identity/actor.ts';
import type { Workspace } from '../../../models/workspace.ts';
import {
  loadProvisioning,
  recordProvisioningFailed,
  recordProvisioningStarted,
  recordReady,
} from '../../../services/workspaces/provisioning-records.ts';
import { initWorkspace, requestWorkspace } from '../../../services/workspaces/provisioning.ts';
import { messagesOf, trailOf } from '../../api/hiring/world.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeSession, makeSimulation, taskOf } from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';

describe('provisioning of workspaces', () => {
  let database: TestDatabase;
  let orgId: string;
  let wanted: { sessionId: string; taskId: string; templateRepo: string; repoFullName: string };
  let counted = 0;

  const write = <T>(work: (uow: UnitOfWork<SystemActor>) => Promise<T>): Promise<T> =>
    database.uow.write(systemActor(orgId, 'test'), work);
  const init = (githubUsername?: string): Promise<Workspace> =>
    write((uow) => initWorkspace(uow, { ...wanted, ...(githubUsername !== undefined && { githubUsername }) }));
  const starts = async (): Promise<string[]> =>
    (await messagesOf(database, wanted.sessionId)).map(({ start }) => start.workflowId.replace(/\/[^/]*-[^/]*\//, '/'));
  const facts = ({ id, generation }: Workspace, askedFor: string | null = null) => ({
    workspaceId: id,
    generation,
    repoId: String((counted += 1)),
    defaultBranch: 'main',
    baseTemplateSha: 'a'.repeat(40),
    latestCommitSha: 'a'.repeat(40),
    askedFor,
    accessGrantedTo: askedFor,
    accessErrorCode: null,
    revoked: [],
    failed: [],
    revocationErrorCode: null,
  });
  const reload = ({ id }: Workspace, generation = 1): Promise<Workspace> =>
    write(() => loadProvisioning({ workspaceId: id, generation }));
  const fail = ({ id, generation }: Workspace, errorCode = 'GITHUB_UNAVAILABLE'): Promise<void> =>
    write((uow) =>
      recordProvisioningFailed(uow, { workspaceId: id, generation, errorCode, reason: 'token ghp_secret' }),
    );

  before(async () => {
    database = await resetDatabase();
  });
  beforeEach(async () => {
    const simulation = await makeSimulation(await makeUser());
    const session = await makeSession(simulation);
    orgId = session.orgId;
    wanted = {
      sessionId: session.id,
      taskId: taskOf(session, 'code').id,
      templateRepo: 'tenon-hire-dev/tenon-template-tiny',
      repoFullName: `tenon-hire-dev/tenon-ws-${session.id}`,
    };
  });

  it('asking twice makes one row and starts one workflow', async () => {
    await write((uow) => requestWorkspace(uow, wanted));
    await write((uow) => requestWorkspace(uow, wanted));
    assert.deepEqual(await starts(), ['workspace/1']);
    const rows = await database.rows<{ status: string; initialized_at: Date | null }>(
      'select status, initialized_at from workspaces where candidate_session_id = $1',
      [wanted.sessionId],
    );
    assert.deepEqual(rows, [{ status: 'requested', initialized_at: null }]);
  });

  it('opening it asks for it when nobody has, and is harmless twice and at once', async () => {
    const [one, two] = await Promise.all([init(), init()]);
    assert.equal(one.id, two.id);
    assert.ok(one.initializedAt);
    assert.equal((await init()).initializedAt?.getTime(), one.initializedAt.getTime());
    assert.deepEqual(await starts(), ['workspace/1']);
    const trail = await trailOf(database, 'workspace', one.id);
    assert.deepEqual(
      trail.map(({ action }) => action),
      ['workspace.requested', 'workspace.initialized'],
    );
  });

  it('becomes ready once, with what GitHub made', async () => {
    const workspace = await init('octo-candidate');
    const life = { workspaceId: workspace.id, generation: 1 };
    assert.equal(await write((uow) => recordProvisioningStarted(uow, life)), true);
    assert.equal(await write((uow) => recordProvisioningStarted(uow, life)), true, 'a second try of the activity');
    const ready = facts(workspace, 'octo-candidate');
    assert.equal(await write((uow) => recordReady(uow, ready)), true);
    assert.equal(await write((uow) => recordReady(uow, { ...ready, repoId: '999' })), true, 'harmless');
    const now = await reload(workspace);
    assert.deepEqual(
      [now.status, now.repoId, now.accessGrantedTo, now.settledGeneration],
      ['ready', ready.repoId, 'octo-candidate', 1],
    );
    assert.equal(await write((uow) => recordProvisioningStarted(uow, life)), false, 'nothing is left to do');
  });

  it('a failed life is followed by another when the candidate opens it again', async () => {
    const workspace = await init();
    await fail(workspace);
    await fail(workspace, 'LATER');
    const failed = await reload(workspace);
    assert.deepEqual([failed.status, failed.errorCode], ['failed', 'GITHUB_UNAVAILABLE']);
    const again = await init();
    assert.deepEqual([again.status, again.generation, again.errorCode], ['requested', 2, null]);
    assert.deepEqual(await starts(), ['workspace/1', 'workspace/2']);
    await fail(failed, 'STALE');
    assert.equal((await reload(workspace, 2)).status, 'requested', 'the old life has nothing to say');
    await assert.rejects(reload(workspace, 1), { code: 'CONFLICT' });
    const trail = await trailOf(database, 'workspace', workspace.id);
    assert.equal(JSON.stringify(trail).includes('ghp_secret'), false);
  });

  it('access for another name is a new life of a workspace that stays ready', async () => {
    const workspace = await init('first');
    await write((uow) => recordReady(uow, facts(workspace, 'first')));
    assert.equal((await init('first')).generation, 1, 'they have it');
    assert.equal((await init()).generation, 1, 'nothing was asked for');
    const moved = await init('second');
    assert.deepEqual([moved.status, moved.generation, moved.githubUsername], ['ready', 2, 'second']);
    assert.equal((await init('third')).generation, 2, 'the running life will see to it');
    const stale = { ...facts(moved, 'second'), repoId: workspace.repoId ?? '1' };
    assert.equal(await write((uow) => recordReady(uow, stale)), false, 'another name has come meanwhile');
    const third = { ...stale, askedFor: 'third', accessGrantedTo: 'third', revoked: ['first'] };
    assert.equal(await write((uow) => recordReady(uow, third)), false, 'the second one still has access');
    assert.equal(await write((uow) => recordReady(uow, { ...third, revoked: ['second'] })), true);
    const now = await reload(workspace, 2);
    assert.deepEqual([now.accessGrantedTo, now.accessToRevoke, now.settledGeneration], ['third', [], 2]);
  });

  it('a name whose access GitHub may have given without our hearing of it loses it to the next one', async () => {
    const workspace = await init('first');
    const lost = { ...facts(workspace, 'first'), accessGrantedTo: null, accessErrorCode: 'GITHUB_UNAVAILABLE' };
    assert.equal(await write((uow) => recordReady(uow, lost)), true);
    assert.deepEqual((await init('second')).accessToRevoke, ['first']);
    const refused = await write((uow) =>
      recordReady(uow, {
        ...lost,
        generation: 2,
        askedFor: 'second',
        accessErrorCode: 'GITHUB_NOT_FOUND',
        revoked: ['first'],
      }),
    );
    assert.equal(refused, true);
    assert.deepEqual((await init('third')).accessToRevoke, [], 'GitHub said that there is no such name');
    assert.deepEqual((await init('fourth')).accessToRevoke, ['third'], 'the life that runs may have died with its yes');
  });

  it('the same name in another case is the same account', async () => {
    const workspace = await init('Alice');
    await write((uow) => recordReady(uow, facts(workspace, 'Alice')));
    const again = await init('aLICE');
    assert.deepEqual([again.generation, again.githubUsername, again.nameChanges], [1, 'aLICE', 0]);
    await init('bob');
    const bob = await init('BOB');
    const asked = { ...facts(bob, 'bob'), repoId: bob.repoId ?? '' };
    assert.equal(await write((uow) => recordReady(uow, asked)), false, 'Alice still has access');
    const settled = await write((uow) => recordReady(uow, { ...asked, revoked: ['Alice'] }));
    assert.equal(settled, true, 'bob is BOB');
  });

  it('whoever could not be taken the access from stays on the row, and is tried in the next life', async () => {
    const workspace = await init('first');
    await write((uow) => recordReady(uow, facts(workspace, 'first')));
    const moved = await init('second');
    const second = { ...facts(moved, 'second'), repoId: (await reload(workspace, 2)).repoId ?? '' };
    assert.equal(await write((uow) => recordReady(uow, second)), false);
    const failed = { ...second, failed: ['first'], revocationErrorCode: 'GITHUB_NOT_FOUND' };
    assert.equal(await write((uow) => recordReady(uow, failed)), true);
    const row = await reload(workspace, 2);
    assert.deepEqual([row.accessToRevoke, row.errorCode, row.settledGeneration], [['first'], 'GITHUB_NOT_FOUND', 2]);
    assert.equal((await init('second')).generation, 3);
  });

  it('names can be changed five times', async () => {
    for (const name of ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'N5']) await init(name);
    await assert.rejects(init('n6'), { code: 'INVALID_GITHUB_USERNAME', status: 400 });
    assert.equal((await init('n5')).nameChanges, 5);
  });

  it('a life that fails to grant access leaves the workspace ready', async () => {
    const workspace = await init();
    await write((uow) => recordReady(uow, facts(workspace)));
    await fail(await init('unknown-name'), 'TIMED_OUT');
    const now = await reload(workspace, 2);
    assert.deepEqual([now.status, now.errorCode, now.settledGeneration], ['ready', 'TIMED_OUT', 2]);
    assert.equal((await init('unknown-name')).generation, 3, 'asking again tries again');
  });

  it('a repository belongs to one workspace', async () => {
    const workspace = await init();
    const taken = facts(workspace);
    await write((uow) => recordReady(uow, taken));
    wanted = { ...wanted, taskId: String(Number(wanted.taskId) + 1), repoFullName: `${wanted.repoFullName}-b` };
    const other = await init();
    await assert.rejects(
      write((uow) => recordReady(uow, { ...facts(other), repoId: taken.repoId })),
      { code: 'CONFLICT' },
    );
  });

  it('a row that is not there is told apart from one that lives on', async () => {
    const life = { workspaceId: '00000000-0000-4000-8000-000000000000', generation: 1 };
    await assert.rejects(
      write((uow) => recordProvisioningStarted(uow, life)),
      { code: 'WORKSPACE_UNKNOWN' },
    );
    await write((uow) => recordProvisioningFailed(uow, { ...life, errorCode: 'X', reason: '' }));
  });
});
