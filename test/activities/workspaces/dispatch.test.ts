import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ApplicationFailure } from '@temporalio/common';
import { pino } from 'pino';
import { AppError } from '../../../core/errors.ts';
import { anonymous, systemActor } from '../../../domain/identity/actor.ts';
import type { TestRun } from '../../../models/test-run.ts';
import type { Workspace } from '../../../models/workspace.ts';
import { beginEffect, settleEffect } from '../../../services/effects.ts';
import { recordDelivery } from '../../../services/workspaces/webhook-deliveries.ts';
import { activitiesOn, inActivity, plainTemplate, tinyTemplate, turnsOn } from '../../support/factories-workspaces.ts';
import {
  describeActivities,
  deadForge,
  dispatchesSeen,
  dispatchRoute,
  queuedRun,
  readyWorkspace,
  rowsNow,
  type ActivityPlace,
} from './place.ts';

describeActivities('dispatching a run', (openPlace) => {
  let place: ActivityPlace;
  let workspace: Workspace;

  before(async () => {
    place = await openPlace();
    workspace = await readyWorkspace(place.forge);
  });
  after(() => place.github.close());
  beforeEach(async () => {
    await place.database.rows(`update test_runs set status = 'error', finished_at = now() where finished_at is null`);
    await place.github.control.clearCalls();
    place.told.length = 0;
  });
  afterEach(() => place.github.control.resetFaults());

  const dispatch = ({ id, orgId }: TestRun, attempt = 1, activities = place.activities) =>
    inActivity(activities.dispatchRun, { orgId, runId: id }, attempt);
  const now = ({ id, orgId }: TestRun): Promise<TestRun> => rowsNow(place.database, orgId).run(id);
  const effect = (run: TestRun, state: 'intent' | 'unknown', farRef: string | null = null): Promise<void> =>
    place.database.uow.write(systemActor(run.orgId, 'test'), async (uow) => {
      await beginEffect(uow, `dispatch/${run.id}`);
      if (state === 'unknown') await settleEffect(uow, `dispatch/${run.id}`, { state, farRef });
    });
  const far = (run: TestRun, repo = workspace.repoFullName) =>
    place.forge.dispatchWorkflow({
      repo,
      workflowFile: 'tenon-ci.yml',
      ref: 'main',
      inputs: { tenon_run: run.id },
      optionalInputs: ['tenon_run'],
    });

  it('sends it once, with marker and day, however often it is tried', async () => {
    const run = await queuedRun(place.database, workspace, {
      inputs: { colour: 'red', tenon_run: 'forged', tenon_day: '9' },
    });
    const sent: object[] = [];
    const { forge } = place;
    const watched = activitiesOn(place.database.uow, {
      ...forge,
      dispatchWorkflow: (given) => {
        sent.push(given.inputs);
        return forge.dispatchWorkflow(given);
      },
    });
    const { githubRunId } = await dispatch(run, 1, watched);
    assert.deepEqual(await dispatch(run, 2), { githubRunId });
    assert.deepEqual(sent, [{ colour: 'red', tenon_run: run.id, tenon_day: '2' }]);
    assert.equal(await dispatchesSeen(place.github), 1);
    const row = await now(run);
    assert.deepEqual([row.status, row.githubRunId], ['running', githubRunId]);
    const there = await place.forge.getRun(workspace.repoFullName, githubRunId);
    assert.equal(there.name, `Tests ${run.id}`);
  });

  it('a process that died after GitHub took the run: the next try adopts it', async () => {
    const run = await queuedRun(place.database, workspace);
    await effect(run, 'intent');
    const { githubRunId } = await far(run);
    assert.deepEqual(await dispatch(run, 2), { githubRunId });
    assert.equal(await dispatchesSeen(place.github), 1);
  });

  it('says so when GitHub told the end before our commit, which could not match it', async () => {
    const run = await queuedRun(place.database, workspace);
    const { forge } = place;
    const tell = (githubRunId: string): Promise<boolean> =>
      place.database.uow.write(anonymous, (uow) =>
        recordDelivery(
          uow,
          {
            deliveryId: randomUUID(),
            event: 'workflow_run',
            action: 'completed',
            repoId: workspace.repoId ?? '',
            githubRunId,
            recovered: false,
          },
          'unknown_run',
        ),
      );
    const overtaken = activitiesOn(place.database.uow, {
      ...forge,
      dispatchWorkflow: async (given) => {
        const taken = await forge.dispatchWorkflow(given);
        await tell(taken.githubRunId ?? '');
        return taken;
      },
    });
    const first = await dispatch(run, 1, overtaken);
    assert.equal(first.endTold, true);
    assert.deepEqual(await dispatch(run, 2), first, 'nor is it forgotten by a later try');
    await place.database.rows(`update test_runs set status = 'error', finished_at = now() where id = $1`, [run.id]);
    const other = await queuedRun(place.database, workspace);
    assert.notEqual(other.id, run.id);
    assert.equal((await dispatch(other)).endTold, undefined, 'another run of the same repository');
  });

  it('a process that died before: the next try sends it', async () => {
    const run = await queuedRun(place.database, workspace);
    await effect(run, 'intent');
    const { githubRunId } = await dispatch(run, 2);
    assert.equal((await now(run)).githubRunId, githubRunId);
    assert.equal(await dispatchesSeen(place.github), 1);
  });

  it('an answer that was lost: looked for, never sent again', async () => {
    const run = await queuedRun(place.database, workspace);
    await effect(run, 'unknown');
    await assert.rejects(dispatch(run, 2), { type: 'GITHUB_UNAVAILABLE', nonRetryable: true });
    assert.equal(await dispatchesSeen(place.github), 0);
    const { githubRunId } = await far(run);
    assert.deepEqual(await dispatch(run, 3), { githubRunId });
  });

  it('an answer that GitHub breaks off is adopted at once when the run is there', async () => {
    const run = await queuedRun(place.database, workspace);
    const { forge } = place;
    const breaking = activitiesOn(place.database.uow, {
      ...forge,
      dispatchWorkflow: async (given) => {
        await forge.dispatchWorkflow(given);
        return deadForge(pino({ level: 'silent' })).dispatchWorkflow(given);
      },
    });
    const { githubRunId } = await dispatch(run, 1, breaking);
    assert.equal((await forge.findRunByMarker(workspace.repoFullName, run.id))?.id, githubRunId);
    assert.equal(await dispatchesSeen(place.github), 1);
  });

  it('a GitHub that tells no id is asked until it lists the run, and not for ever', async () => {
    const run = await queuedRun(place.database, workspace);
    const { forge } = place;
    let hidden = true;
    const silent = activitiesOn(place.database.uow, {
      ...forge,
      dispatchWorkflow: async (given) => {
        await forge.dispatchWorkflow(given);
        return { githubRunId: null };
      },
      findRunByMarker: (repo, marker) => (hidden ? Promise.resolve(null) : forge.findRunByMarker(repo, marker)),
    });
    await assert.rejects(dispatch(run, 1, silent), {
      type: 'RUN_NOT_LISTED',
      nonRetryable: false,
      nextRetryDelay: 1_000,
    });
    await assert.rejects(dispatch(run, 2, silent), { type: 'RUN_NOT_LISTED' });
    await assert.rejects(dispatch(run, 11, silent), { type: 'GITHUB_UNAVAILABLE', nonRetryable: true });
    hidden = false;
    assert.ok((await dispatch(run, 3, silent)).githubRunId);
    assert.equal(await dispatchesSeen(place.github), 1);
    await place.database.rows(`update test_runs set status = 'error', finished_at = now() where id = $1`, [run.id]);
    const late = await queuedRun(place.database, workspace);
    hidden = true;
    await assert.rejects(dispatch(late, 40, silent), { type: 'RUN_NOT_LISTED' }, 'its turn came late');
    await assert.rejects(dispatch(late, 49, silent), { type: 'RUN_NOT_LISTED' });
    await assert.rejects(dispatch(late, 50, silent), { type: 'GITHUB_UNAVAILABLE' });
  });

  it('a GitHub that tells no id and then will not list is asked again when it allows it', async () => {
    const run = await queuedRun(place.database, workspace);
    const { forge } = place;
    let limited = true;
    const silent = activitiesOn(place.database.uow, {
      ...forge,
      dispatchWorkflow: async (given) => {
        await forge.dispatchWorkflow(given);
        return { githubRunId: null };
      },
      findRunByMarker: (repo, marker) =>
        limited
          ? Promise.reject(new AppError('GITHUB_RATE_LIMITED', undefined, { retryAfterSeconds: 17 }))
          : forge.findRunByMarker(repo, marker),
    });
    const later = { type: 'RUN_NOT_LISTED', nonRetryable: false, nextRetryDelay: 17_000 };
    await assert.rejects(dispatch(run, 1, silent), later);
    await assert.rejects(dispatch(run, 2, silent), later);
    limited = false;
    assert.ok((await dispatch(run, 3, silent)).githubRunId);
    assert.equal(await dispatchesSeen(place.github), 1);
  });

  it('a call whose turn never came is tried again, and nothing is taken for sent', async () => {
    const run = await queuedRun(place.database, workspace);
    const { uow } = place.database;
    const another = { orgId: run.orgId, key: 'another', priority: 'candidate' } as const;
    await turnsOn(uow).inTurn(another, () => Promise.resolve());
    const full = activitiesOn(uow, place.forge, undefined, turnsOn(uow, { windows: [], spacingMs: 9_000 }));
    await assert.rejects(dispatch(run, 1, full), (error: ApplicationFailure) => {
      assert.deepEqual([error.type, error.nonRetryable], ['GITHUB_CALL_NOT_SENT', false]);
      const delayMs = Number(error.nextRetryDelay);
      return delayMs > 5_000 && delayMs <= 9_000;
    });
    assert.equal(await dispatchesSeen(place.github), 0);
    const [effectRow] = await place.database.rows('select state from effects where key = $1', [`dispatch/${run.id}`]);
    assert.deepEqual(effectRow, { state: 'intent' });
    assert.equal((await now(run)).status, 'queued');
    assert.ok((await dispatch(run, 2)).githubRunId);
  });

  it('fails at once with what GitHub said, so that a waiting candidate hears it', async () => {
    const faults = [
      [{ status: 500 }, 'GITHUB_UNAVAILABLE'],
      [{ rateLimited: 'secondary' }, 'GITHUB_RATE_LIMITED'],
      [{ status: 401 }, 'GITHUB_TOKEN_INVALID'],
      [{ status: 403 }, 'GITHUB_PERMISSION_DENIED'],
    ] as const;
    for (const [fault, type] of faults) {
      const run = await queuedRun(place.database, workspace);
      await place.github.control.fault({ route: dispatchRoute, ...fault });
      await assert.rejects(dispatch(run), { type, nonRetryable: true });
      await place.github.control.resetFaults();
      const failure = { orgId: run.orgId, runId: run.id, errorCode: type, reason: 'x' };
      await inActivity(place.activities.recordRunFailure, failure);
      await inActivity(place.activities.recordRunFailure, failure);
      const row = await now(run);
      assert.deepEqual([row.status, row.errorCode, row.githubRunId], ['error', type, null]);
    }
  });

  it('says that the branch is not there', async () => {
    const run = await queuedRun(place.database, workspace, { branch: 'not-pushed' });
    await assert.rejects(dispatch(run), { type: 'INVALID_BRANCH_NAME', nonRetryable: true });
  });

  it('works with a template that declares no inputs', async () => {
    const plain = await readyWorkspace(place.forge, plainTemplate);
    assert.ok((await dispatch(await queuedRun(place.database, plain))).githubRunId);
    assert.notEqual(plainTemplate, tinyTemplate);
  });

  it('tells the submission once, and does not start a run that has ended', async () => {
    const run = await queuedRun(place.database, workspace, { purpose: 'submission' });
    await dispatch(run);
    await dispatch(run, 2);
    assert.deepEqual(place.told, [`dispatched ${run.id}`]);
    const ended = await queuedRun(place.database, workspace, { branch: 'ended' });
    await place.activities.recordRunFailure({
      orgId: ended.orgId,
      runId: ended.id,
      errorCode: 'CANCELLED',
      reason: '',
    });
    await assert.rejects(dispatch(ended), { type: 'CONFLICT', nonRetryable: true });
    const missing = { orgId: run.orgId, runId: '00000000-0000-4000-8000-000000000000' };
    await assert.rejects(inActivity(place.activities.dispatchRun, missing), { type: 'RUN_NOT_FOUND' });
  });
});
