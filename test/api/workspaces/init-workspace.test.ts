import assert from 'node:assert/strict';
import { systemActor } from '../../../domain/identity/actor.ts';
import { requestWorkspace } from '../../../services/workspaces/provisioning.ts';
import type { Reply } from '../../support/api.ts';
import { forgeOf, tinyTemplate } from '../../support/factories-workspaces.ts';
import { everything, trailOf, type Problem } from '../hiring/world.ts';
import { seat, startWorkspaceApi, type Seat, type WorkspaceApi } from './world.ts';

interface Opened {
  readonly repoFullName: string;
  readonly repoUrl: string;
  readonly codespaceUrl: string;
  readonly defaultBranch: string;
  readonly workspaceId: string;
}

describe('POST /api/tasks/:taskId/codespace/init', () => {
  let world: WorkspaceApi;
  const generate = 'POST /repos/{template_owner}/{template_repo}/generate';

  before(async () => {
    world = await startWorkspaceApi({ shortWaits: true });
  });
  after(() => world.close());
  beforeEach(async () => {
    await world.github.control.resetFaults();
    await world.github.control.clearCalls();
    world.waits.length = 0;
    world.api.react((message) => world.play(message));
  });

  const init = <T = Opened>(
    mine: Seat,
    body: unknown = {},
    type: Parameters<Seat['path']>[0] = 'code',
  ): Promise<Reply<T>> =>
    world.api.call<T>('post', `${mine.path(type)}/codespace/init`, { token: mine.token, headers: mine.headers, body });
  const refused = async (mine: Seat, body: unknown = {}, type: Parameters<Seat['path']>[0] = 'code') => {
    const { body: problem } = await init<Problem>(mine, body, type);
    return [problem.status, problem.errorCode, problem.detail];
  };
  const generated = async (): Promise<number> => (await world.github.control.calls()).counts[generate] ?? 0;

  it('gives the repository once it can be worked in', async () => {
    const mine = await seat(world);
    const { status, body } = await init(mine);
    assert.equal(status, 200);
    const repoFullName = `tenon-hire-dev/tenon-ws-${mine.made.id}-task${mine.task('code').id}`;
    assert.deepEqual(body, {
      repoFullName,
      repoUrl: `https://github.com/${repoFullName}`,
      codespaceUrl: `https://codespaces.new/${repoFullName}?quickstart=1`,
      defaultBranch: 'main',
      workspaceId: body.workspaceId,
    });
    assert.deepEqual(world.waits, [20_000]);
    await world.played();
    const actions = (await trailOf(world.api.database, 'workspace', body.workspaceId)).map(({ action }) => action);
    assert.deepEqual(
      actions.map((action) => action.replace('workspace.', '')),
      ['requested', 'initialized', 'became_ready', 'branch_protected'],
    );
  });

  it('gives the same one again, without asking GitHub', async () => {
    const mine = await seat(world);
    const first = await init(mine);
    await world.played();
    await world.github.control.clearCalls();
    assert.deepEqual((await init(mine)).body, first.body);
    assert.deepEqual((await world.github.control.calls()).counts, {});
  });

  it('two at once: one repository for both', async () => {
    const mine = await seat(world);
    const [one, two] = await Promise.all([init(mine), init(mine)]);
    assert.deepEqual(one.body, two.body);
    assert.deepEqual([one.status, two.status], [200, 200]);
    assert.equal(await generated(), 1);
  });

  it('takes what was made ahead at the invite', async () => {
    const mine = await seat(world, { day: 3 });
    const repoFullName = `tenon-hire-dev/tenon-ws-${mine.made.id}-task${mine.task('debug').id}`;
    const wanted = { sessionId: mine.made.id, taskId: mine.task('debug').id, templateRepo: tinyTemplate, repoFullName };
    await world.api.app.uow.write(systemActor(mine.made.orgId, 'test'), (uow) => requestWorkspace(uow, wanted));
    await world.github.control.clearCalls();
    assert.equal((await init(mine, {}, 'debug')).body.repoFullName, repoFullName);
    assert.deepEqual((await world.github.control.calls()).counts, {});
  });

  it('lets the named user push, and a later name too', async () => {
    const mine = await seat(world);
    for (const login of ['octo-one', 'octo-two']) {
      await world.github.control.user(login);
      assert.equal((await init(mine, { githubUsername: login })).status, 200);
      const [row] = await world.api.database.rows<{ who: string }>(
        'select access_granted_to as who from workspaces where candidate_session_id = $1 and task_id = $2',
        [mine.made.id, mine.task('code').id],
      );
      assert.equal(row?.who, login);
    }
    for (const githubUsername of ['nobody-there', 'a', 'A'.repeat(39)])
      assert.equal((await init(mine, { githubUsername })).status, 200, 'access is no reason to refuse');
  });

  it('refuses in the contract’s order, and then writes nothing', async () => {
    const first = await seat(world, { day: 1 });
    const third = await seat(world, { day: 3 });
    const done = await seat(world, { day: 6 });
    const mine = await seat(world);
    const bare = await seat(world, { templateRepo: null });
    const before = await everything(world.api.database);
    const outOfOrder = [400, 'TASK_OUT_OF_ORDER', 'Task out of order'];
    assert.deepEqual(await refused(first, { githubUsername: '-bad-' }), outOfOrder);
    assert.deepEqual(await refused(third), outOfOrder, 'handed in already');
    const completed = [409, 'SIMULATION_COMPLETED', 'Simulation already completed'];
    assert.deepEqual(await refused(done), completed);
    assert.deepEqual(await refused(done, {}, 'design'), completed);
    const textTask = [400, 'TASK_NOT_RUNNABLE', 'Run tests is only available for code tasks'];
    assert.deepEqual(await refused(first, { githubUsername: '-bad-' }, 'design'), textTask);
    const badName = [400, 'INVALID_GITHUB_USERNAME', 'Invalid GitHub username'];
    for (const githubUsername of ['', '-a', 'a-', 'a b', 'a_b', 'a/b', 'é', 'x'.repeat(40)]) {
      assert.deepEqual(await refused(mine, { githubUsername }), badName, githubUsername);
    }
    assert.equal((await init<Problem>(mine, { githubUsername: 7 })).status, 422);
    const missing = [500, 'TEMPLATE_NOT_CONFIGURED', 'Task template repository is not configured'];
    assert.deepEqual(await refused(bare), missing);
    assert.deepEqual(await everything(world.api.database), before);
  });

  it('says when to come back while the repository is being made, and then gives it', async () => {
    const mine = await seat(world);
    world.api.react(() => undefined);
    const { status, headers, body } = await init<Problem & { estimateSeconds: number }>(mine);
    assert.deepEqual(
      [status, body.errorCode, body.detail, body.retryable],
      [409, 'WORKSPACE_NOT_READY', 'Workspace repo not provisioned yet. Please try again.', true],
    );
    assert.equal(headers.get('retry-after'), String(body.estimateSeconds));
    assert.ok(body.estimateSeconds >= 2 && body.estimateSeconds <= 30);
    const start = world.api.delivered.at(-1);
    assert.ok(start);
    await world.play(start);
    assert.equal((await init(mine)).status, 200);
    assert.equal(await generated(), 1);
  });

  it('says how long it waits for its turn to be made, and moves forward what was to be made in the background', async () => {
    const mine = await seat(world);
    const { database } = world.api;
    const installation = world.api.app.settings.github.budget.installation;
    await database.rows(
      `insert into github_budgets (installation, paused_until) values ($1, now() + interval '10 minutes')
       on conflict (installation) do update set paused_until = excluded.paused_until`,
      [installation],
    );
    world.api.react(() => undefined);
    const told = async (): Promise<void> => {
      const { status, headers, body } = await init<Problem & { estimateSeconds: number }>(mine);
      assert.equal(status, 409);
      assert.equal(headers.get('retry-after'), String(body.estimateSeconds));
      assert.ok(body.estimateSeconds > 550 && body.estimateSeconds <= 606, `${body.estimateSeconds} s`);
    };
    await told();
    await database.rows(
      `insert into github_turns (org_id, installation, key, priority, requested_at, promised_at, come_back_at)
       select org_id, $1, 'generate/' || id, 'background', now(), now(), now() from workspaces
       where candidate_session_id = $2`,
      [installation, mine.made.id],
    );
    await told();
    const turns = await database.rows('select priority from github_turns where granted_at is null');
    assert.deepEqual(turns, [{ priority: 'candidate' }]);
    await database.rows('delete from github_budgets');
    await database.rows('delete from github_turns');
  });

  it('is woken by the workflow, whoever plays it', async () => {
    const mine = await seat(world);
    let playing = Promise.resolve();
    world.api.react((message) => void (playing = world.play(message)));
    assert.equal((await init(mine)).status, 200);
    await playing;
  });

  it('says 502 when GitHub fails, and the next one begins anew', async () => {
    const mine = await seat(world);
    const failures = [
      [{ status: 503 }, 'GITHUB_UNAVAILABLE'],
      [{ status: 401 }, 'GITHUB_TOKEN_INVALID'],
      [{ rateLimited: 'primary' }, 'GITHUB_RATE_LIMITED'],
    ] as const;
    for (const [fault, code] of failures) {
      await world.github.control.fault({ route: generate, ...fault, times: 1 });
      assert.deepEqual(await refused(mine), [502, code, 'GitHub unavailable. Please try again.']);
    }
    assert.equal((await init(mine)).status, 200);
  });

  it('says 502 when a repository of the name is there that is not ours', async () => {
    const mine = await seat(world);
    const name = `tenon-ws-${mine.made.id}-task${mine.task('code').id}`;
    const theirs = { templateFullName: tinyTemplate, owner: 'tenon-hire-dev', name, description: 'by someone else' };
    await forgeOf(world.github).generateFromTemplate(theirs);
    const taken = 'The name of the repository is taken at GitHub';
    assert.deepEqual(await refused(mine), [502, 'REPOSITORY_NAME_TAKEN', taken]);
  });

  it('says 500 when the template lacks its workflow file', async () => {
    const templateRepo = await world.github.control.templateWithoutWorkflow('tiny');
    const mine = await seat(world, { templateRepo });
    const broken = [500, 'TEMPLATE_BROKEN', 'Task template repository is not configured'];
    assert.deepEqual(await refused(mine), broken);
  });
});
