import assert from 'node:assert/strict';
import { AppError } from '../../../core/errors.ts';
import { systemActor } from '../../../domain/identity/actor.ts';
import { Workspace } from '../../../models/workspace.ts';
import { withdrawAccess } from '../../../services/workspaces/withdraw-access.ts';
import { activitiesOn, inActivity, tinyTemplate } from '../../support/factories-workspaces.ts';
import { describeActivities, ownLogin, requestedWorkspace, rowsNow, type ActivityPlace } from './place.ts';

describeActivities('activities of a workspace', (openPlace) => {
  let place: ActivityPlace;

  before(async () => {
    place = await openPlace();
  });
  after(() => place.github.close());
  afterEach(() => place.github.control.resetFaults());

  const inputOf = ({ orgId, id, generation }: Workspace) => ({ orgId, workspaceId: id, generation });
  const now = ({ orgId, id }: Workspace): Promise<Workspace> => rowsNow(place.database, orgId).workspace(id);
  const twice = async <T>(work: () => Promise<T>): Promise<T> => {
    const first = await work();
    assert.deepEqual(await work(), first);
    return first;
  };
  const provision = async (workspace: Workspace) => {
    const { activities } = place;
    const input = inputOf(workspace);
    await inActivity(activities.beginProvisioning, input);
    const { repoId } = await inActivity(activities.ensureRepository, input);
    const ready = await inActivity(activities.checkReady, { ...input, repoId });
    return { ...input, repoId, ...ready };
  };

  const mayPush = async ({ repoFullName }: Workspace, login: string): Promise<boolean> => {
    const lists = await Promise.all(
      ['collaborators', 'invitations'].map(async (what) => {
        const headers = { authorization: `Bearer ${place.github.token}` };
        return (await fetch(`${place.github.apiUrl}/repos/${repoFullName}/${what}`, { headers })).text();
      }),
    );
    return lists.join('').includes(`"${login}"`);
  };
  const withdraw = ({ orgId, candidateSessionId }: Workspace): Promise<void> =>
    place.database.uow.write(systemActor(orgId, 'test'), (uow) =>
      withdrawAccess(uow, { sessionId: candidateSessionId ?? '' }),
    );

  it('make the repository, each twice without harm', async () => {
    const { activities, forge, github } = place;
    const { login } = await github.control.user('octo-candidate');
    const workspace = await requestedWorkspace(undefined, login);
    const input = inputOf(workspace);
    assert.deepEqual(await twice(() => inActivity(activities.beginProvisioning, input)), { proceed: true });
    assert.equal((await now(workspace)).status, 'provisioning');
    const { repoId, fullName } = await twice(() => inActivity(activities.ensureRepository, input));
    assert.equal(fullName, workspace.repoFullName);
    const ready = await twice(() => inActivity(activities.checkReady, { ...input, repoId }));
    assert.equal(ready.baseTemplateSha, ready.latestCommitSha);
    await github.control.clearCalls();
    const granted = { ...input, repoId, ...ready };
    assert.deepEqual(await twice(() => inActivity(activities.grantAccessAndSettle, granted)), {
      accessGrantedTo: login,
    });
    const { counts } = await github.control.calls();
    assert.equal(counts['PUT /repos/{owner}/{repo}/collaborators/{username}'], 1);
    const row = await now(workspace);
    assert.deepEqual(
      [row.status, row.repoId, row.defaultBranch, row.baseTemplateSha, row.accessGrantedTo, row.settledGeneration],
      ['ready', repoId, 'main', ready.baseTemplateSha, login, 1],
    );
    assert.deepEqual(await inActivity(activities.beginProvisioning, input), { proceed: false });
    assert.equal((await forge.getRepository(fullName)).id, repoId);
  });

  it('wait, ever longer, until the template’s content is there and GitHub knows the workflow', async () => {
    const { activities, github } = place;
    await github.control.generateDelay({ ms: -1, workflowsMs: 60_000 });
    const workspace = await requestedWorkspace();
    const input = inputOf(workspace);
    const { repoId } = await inActivity(activities.ensureRepository, input);
    const check = (attempt: number) => inActivity(activities.checkReady, { ...input, repoId }, attempt);
    const notReady = (nextRetryDelay: number) => ({ type: 'WORKSPACE_NOT_READY', nonRetryable: false, nextRetryDelay });
    await assert.rejects(check(1), notReady(250));
    await assert.rejects(check(3), notReady(1_000));
    await assert.rejects(check(30), notReady(5_000));
    await github.control.releaseGenerated();
    await assert.rejects(check(1), { ...notReady(250), message: 'GitHub does not know the workflow file yet' });
  });

  it('do not take what is not the template for it', async () => {
    const { activities, forge } = place;
    const workspace = await requestedWorkspace();
    const [owner = '', name = ''] = workspace.repoFullName.split('/');
    const other = 'tenon-hire-dev/tenon-template-plain';
    const description = `Tenon workspace ${workspace.id}`;
    await forge.generateFromTemplate({ templateFullName: other, owner, name, description });
    const input = inputOf(workspace);
    const { repoId } = await inActivity(activities.ensureRepository, input);
    await assert.rejects(inActivity(activities.checkReady, { ...input, repoId }), {
      type: 'WORKSPACE_NOT_READY',
      message: 'The repository is not what the template is',
    });
  });

  it('leave a repository alone that has the name and is not ours', async () => {
    const { activities, forge } = place;
    const workspace = await requestedWorkspace();
    const [owner = '', name = ''] = workspace.repoFullName.split('/');
    await forge.generateFromTemplate({ templateFullName: tinyTemplate, owner, name, description: 'by someone else' });
    const input = inputOf(workspace);
    await assert.rejects(inActivity(activities.ensureRepository, input), {
      code: 'REPOSITORY_NAME_TAKEN',
      retryable: false,
    });
  });

  it('give up on a template without its workflow file', async () => {
    const { activities, github } = place;
    const workspace = await requestedWorkspace(await github.control.templateWithoutWorkflow('tiny'));
    const input = inputOf(workspace);
    const { repoId } = await inActivity(activities.ensureRepository, input);
    await assert.rejects(inActivity(activities.checkReady, { ...input, repoId }), { code: 'TEMPLATE_BROKEN' });
    const failure = { ...input, errorCode: 'TEMPLATE_BROKEN', reason: 'x' };
    await inActivity(activities.recordProvisioningFailure, failure);
    await inActivity(activities.recordProvisioningFailure, failure);
    const row = await now(workspace);
    assert.deepEqual([row.status, row.errorCode, row.settledGeneration], ['failed', 'TEMPLATE_BROKEN', 1]);
  });

  it('settle without access when GitHub does not know the name, and after some tries when it is away', async () => {
    const { activities, github } = place;
    const unknown = await requestedWorkspace(undefined, 'nobody-by-that-name');
    const facts = await provision(unknown);
    assert.deepEqual(await inActivity(activities.grantAccessAndSettle, facts), { accessGrantedTo: null });
    const row = await now(unknown);
    assert.deepEqual([row.status, row.errorCode], ['ready', 'GITHUB_NOT_FOUND']);

    const away = await provision(await requestedWorkspace(undefined, 'octo-candidate'));
    await github.control.fault({ route: 'PUT /repos/{owner}/{repo}/collaborators/{username}', status: 503 });
    await assert.rejects(inActivity(activities.grantAccessAndSettle, away), { code: 'GITHUB_UNAVAILABLE' });
    await assert.rejects(inActivity(activities.grantAccessAndSettle, away, 40), { code: 'GITHUB_UNAVAILABLE' });
    assert.deepEqual(await inActivity(activities.grantAccessAndSettle, away, 41), { accessGrantedTo: null });
  });

  it('move access to another name and take it from the first', async () => {
    const { activities, database, forge, github } = place;
    const [first, second] = [await github.control.user('first-name'), await github.control.user('second-name')];
    const workspace = await requestedWorkspace(undefined, first.login);
    const facts = await provision(workspace);
    await inActivity(activities.grantAccessAndSettle, facts);
    await database.uow.write(systemActor(workspace.orgId, 'test'), async () => {
      await Workspace.update({ githubUsername: second.login, generation: 2 }, { where: { id: workspace.id } });
    });
    await github.control.clearCalls();
    const life = { ...facts, generation: 2 };
    const again = await inActivity(activities.checkReady, life);
    assert.equal(again.baseTemplateSha, facts.baseTemplateSha, 'the beginning stays, whatever was pushed');
    assert.deepEqual(await inActivity(activities.grantAccessAndSettle, life), { accessGrantedTo: second.login });
    const { counts } = await github.control.calls();
    assert.equal(counts['DELETE /repos/{owner}/{repo}/collaborators/{username}'], 1);
    assert.equal((await forge.getRepository(workspace.repoFullName)).id, facts.repoId);
  });

  it('take access away when it is withdrawn, also from a name that gets it at that moment', async () => {
    const { activities, database, forge, github } = place;
    const { login } = await github.control.user('leaves');
    const settled = await requestedWorkspace(undefined, login);
    const facts = await provision(settled);
    await inActivity(activities.grantAccessAndSettle, facts);
    assert.equal(await mayPush(settled, login), true);
    await withdraw(settled);
    const life = { ...facts, generation: 2 };
    assert.deepEqual(await inActivity(activities.grantAccessAndSettle, life), { accessGrantedTo: null });
    assert.equal(await mayPush(settled, login), false);

    const running = await requestedWorkspace(undefined, login);
    const midway = activitiesOn(database.uow, {
      ...forge,
      addCollaborator: async (repo, name) => {
        await withdraw(running);
        await forge.addCollaborator(repo, name);
      },
    });
    assert.deepEqual(await inActivity(midway.grantAccessAndSettle, await provision(running)), {
      accessGrantedTo: null,
    });
    assert.equal(await mayPush(running, login), false);
    const row = await now(running);
    assert.deepEqual([row.accessToRevoke, row.settledGeneration, row.generation], [[], 1, 1]);
  });

  it('take it from who got it and whose answer was lost, also when a process died with it; never from us', async () => {
    const { activities, database, forge, github } = place;
    const { login } = await github.control.user('lost');
    const losing = activitiesOn(database.uow, {
      ...forge,
      addCollaborator: async (repo, name) => {
        await forge.addCollaborator(repo, name);
        throw new AppError('GITHUB_UNAVAILABLE');
      },
    });
    const lost = await requestedWorkspace(undefined, login);
    const facts = await provision(lost);
    for (const attempt of [1, 2]) {
      await assert.rejects(inActivity(losing.grantAccessAndSettle, facts, attempt), { code: 'GITHUB_UNAVAILABLE' });
    }
    assert.deepEqual(await inActivity(losing.grantAccessAndSettle, facts, 3), { accessGrantedTo: null });
    assert.equal(await mayPush(lost, login), true);
    await withdraw(lost);
    await inActivity(activities.grantAccessAndSettle, { ...facts, generation: 2 });
    assert.equal(await mayPush(lost, login), false);

    const died = await requestedWorkspace(undefined, login);
    const midway = await provision(died);
    await assert.rejects(inActivity(losing.grantAccessAndSettle, midway, 1), { code: 'GITHUB_UNAVAILABLE' });
    await withdraw(died);
    await inActivity(activities.grantAccessAndSettle, midway);
    assert.equal(await mayPush(died, login), false);
    const row = await now(died);
    assert.deepEqual([row.accessToRevoke, row.settledGeneration], [[], 1]);

    await github.control.clearCalls();
    for (const name of [await ownLogin(github), 'nobody-by-that-name']) {
      const asked = await requestedWorkspace(undefined, name);
      const life = await provision(asked);
      await withdraw(asked);
      await inActivity(activities.grantAccessAndSettle, life);
      assert.deepEqual((await now(asked)).accessToRevoke, []);
    }
    const { counts } = await github.control.calls();
    assert.equal(counts['DELETE /repos/{owner}/{repo}/collaborators/{username}'], undefined);
  });

  it('remember who still has access when GitHub does not take it away', async () => {
    const { activities, database, github } = place;
    const [first, second] = [await github.control.user('stays-one'), await github.control.user('comes-two')];
    const workspace = await requestedWorkspace(undefined, first.login);
    const facts = await provision(workspace);
    await inActivity(activities.grantAccessAndSettle, facts);
    const next = (generation: number) =>
      database.uow.write(systemActor(workspace.orgId, 'test'), async () => {
        await Workspace.update({ githubUsername: second.login, generation }, { where: { id: workspace.id } });
        return { ...facts, generation };
      });
    const life = await next(2);
    await github.control.fault({ route: 'DELETE /repos/{owner}/{repo}/collaborators/{username}', status: 503 });
    await assert.rejects(inActivity(activities.grantAccessAndSettle, life), { code: 'GITHUB_UNAVAILABLE' });
    const between = await rowsNow(database, workspace.orgId).workspace(workspace.id);
    assert.deepEqual([between.accessGrantedTo, between.accessToRevoke], [second.login, [first.login]]);
    await assert.rejects(inActivity(activities.grantAccessAndSettle, life), { code: 'GITHUB_UNAVAILABLE' });
    await inActivity(activities.grantAccessAndSettle, life);
    const row = await now(workspace);
    assert.deepEqual(
      [row.accessGrantedTo, row.accessToRevoke, row.errorCode, row.settledGeneration],
      [second.login, [first.login], 'GITHUB_UNAVAILABLE', 2],
    );
    await github.control.resetFaults();
    await inActivity(activities.grantAccessAndSettle, await next(3));
    const ended = await now(workspace);
    assert.deepEqual([ended.accessToRevoke, ended.errorCode, ended.settledGeneration], [[], null, 3]);
  });

  it('never name ourselves or an administrator', async () => {
    const { activities, forge, github } = place;
    const own = await ownLogin(github);
    const workspace = await requestedWorkspace(undefined, own.toUpperCase());
    const facts = await provision(workspace);
    await github.control.clearCalls();
    assert.deepEqual(await inActivity(activities.grantAccessAndSettle, facts), { accessGrantedTo: null });
    assert.equal((await now(workspace)).errorCode, 'INVALID_GITHUB_USERNAME');
    const { counts } = await github.control.calls();
    assert.equal(counts['PUT /repos/{owner}/{repo}/collaborators/{username}'], undefined);

    const administrator = activitiesOn(place.database.uow, { ...forge, administers: () => Promise.resolve(true) });
    const other = await requestedWorkspace(undefined, 'octo-candidate');
    const granted = await inActivity(administrator.grantAccessAndSettle, await provision(other));
    assert.deepEqual(granted, { accessGrantedTo: null });
  });

  it('refuse a row that is not there, that lives on, or whose name another repository has taken', async () => {
    const { activities, database } = place;
    const workspace = await requestedWorkspace();
    const input = inputOf(workspace);
    const missing = { ...input, workspaceId: '00000000-0000-4000-8000-000000000000' };
    await assert.rejects(inActivity(activities.beginProvisioning, missing), { code: 'WORKSPACE_UNKNOWN' });
    await assert.rejects(inActivity(activities.ensureRepository, { ...input, generation: 2 }), { code: 'CONFLICT' });
    const [owner = '', name = ''] = workspace.repoFullName.split('/');
    await place.forge.generateFromTemplate({
      templateFullName: tinyTemplate,
      owner,
      name,
      description: 'a stranger’s',
    });
    await database.rows('update workspaces set repo_id = 7 where id = $1', [workspace.id]);
    await assert.rejects(inActivity(activities.ensureRepository, input), { code: 'CONFLICT' });
    assert.equal((await now(workspace)).repoId, '7');
  });
});
