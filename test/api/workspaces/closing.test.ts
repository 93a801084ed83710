import assert from 'node:assert/strict';
import type { UnitOfWork } from '../../../core/unit-of-work.ts';
import { systemActor, type SystemActor } from '../../../domain/identity/actor.ts';
import { closeWorkspaces, reopenWorkspaces } from '../../../services/workspaces/closing.ts';
import type { Reply } from '../../support/api.ts';
import type { Problem } from '../hiring/world.ts';
import { seat, startWorkspaceApi, type Seat, type WorkspaceApi } from './world.ts';

describe('a candidate’s repository after the session, and when it begins anew', () => {
  let world: WorkspaceApi;
  let mine: Seat;

  before(async () => {
    world = await startWorkspaceApi({ shortWaits: true });
  });
  after(() => world.close());
  beforeEach(async () => {
    await world.github.control.resetFaults();
    world.api.react((message) => world.play(message));
    mine = await seat(world);
    assert.equal((await init()).status, 200);
    await world.played();
  });

  const call = <T = Problem>(method: 'get' | 'post', suffix: string): Promise<Reply<T>> =>
    world.api.call<T>(method, `${mine.path('code')}${suffix}`, {
      token: mine.token,
      headers: mine.headers,
      ...(method === 'post' && { body: {} }),
    });
  const init = () => call('post', '/codespace/init');
  const refused = async (reply: Promise<Reply<Problem>>): Promise<[number, string]> => {
    const { body } = await reply;
    return [body.status, body.errorCode];
  };
  const write = (work: (uow: UnitOfWork<SystemActor>) => Promise<void>): Promise<void> =>
    world.api.app.uow.write(systemActor(mine.made.orgId, 'test'), work);
  const session = (sql: string): Promise<unknown> =>
    world.api.database.rows(`update candidate_sessions set ${sql} where id = $1`, [mine.made.id]);
  const end = async (): Promise<void> => {
    await session(`status = 'completed', completed_at = now()`);
    await write((uow) => closeWorkspaces(uow, mine.made.id));
    await world.played();
  };

  it('is shown as it was, and runs nothing any more', async () => {
    const before = (await call('get', '/codespace/status')).body;
    await end();
    assert.deepEqual((await call('get', '/codespace/status')).body, before);
    assert.deepEqual(await refused(call('post', '/run')), [409, 'SIMULATION_COMPLETED']);
    const [row] = await world.api.database.rows<{ state: string }>(
      'select repository_state as state from workspaces where candidate_session_id = $1 and initialized_at is not null',
      [mine.made.id],
    );
    assert.equal(row?.state, 'archived');
  });

  it('is not ready until it is open again, and never found archived', async () => {
    await end();
    world.api.react(() => undefined); // nobody plays the workflow yet
    await session(`status = 'in_progress', completed_at = null`);
    await write((uow) => reopenWorkspaces(uow, mine.made.id));
    for (const [method, suffix] of [
      ['get', '/codespace/status'],
      ['post', '/run'],
      ['post', '/codespace/init'],
    ] as const) {
      assert.deepEqual(await refused(call(method, suffix)), [409, 'WORKSPACE_NOT_READY'], suffix);
    }
    const messages = await world.api.database.rows<{ message: string }>(
      `select message from outbox where workflow_id like 'workspace/%' order by id desc limit 1`,
    );
    const [last] = messages;
    assert.ok(last);
    await world.play((typeof last.message === 'string' ? JSON.parse(last.message) : last.message) as never);
    assert.equal((await call('get', '/codespace/status')).status, 200);
    assert.equal((await init()).status, 200);
  });

  it('says what GitHub says when it cannot be opened, and tries again when it is asked', async () => {
    await end();
    await world.github.control.fault({ route: 'PATCH /repos/{owner}/{repo}', status: 403, times: 1 });
    await session(`status = 'in_progress', completed_at = null`);
    await write((uow) => reopenWorkspaces(uow, mine.made.id));
    await world.played();
    assert.deepEqual(await refused(call('get', '/codespace/status')), [409, 'WORKSPACE_NOT_READY']);
    assert.equal((await init()).status, 200, 'another life');
  });
});
