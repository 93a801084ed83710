import assert from 'node:assert/strict';
import { Pool } from 'pg';
import { createLogger } from '../../core/logger.ts';
import { createMetrics, type Metrics } from '../../core/metrics.ts';
import type { WorkflowStart } from '../../core/outbox.ts';
import { deliverMessage } from '../../core/temporal.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { reconcileOnce } from '../../worker/reconciler.ts';
import { deliverDue } from '../../worker/relay.ts';
import { candidateSessionStart } from '../../workflows/hiring/candidate-session.contract.ts';
import { testRunStart } from '../../workflows/workspaces/test-run.contract.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import {
  makeSession,
  makeSimulation,
  makeTestRun,
  makeWorkspace,
  taskOf,
  type MadeSession,
  type SessionFields,
} from '../support/factories-hiring.ts';
import { makeUser } from '../support/factories-identity.ts';
import { startDevTemporal, type DevTemporal } from '../support/temporal-dev.ts';
import { until } from '../support/temporal-until.ts';

const nothing = { row_without_workflow: 0, closed_workflow_open_row: 0, workflow_without_open_row: 0 };

describe('the reconciler', function () {
  this.timeout(60_000);
  let temporal: DevTemporal;
  let database: TestDatabase;
  let pool: Pool;
  let metrics: Metrics;
  let user: UserActor;

  before(async () => {
    temporal = await startDevTemporal();
  });
  after(() => temporal.stop());
  beforeEach(async () => {
    database = await resetDatabase();
    user = await makeUser();
    pool = new Pool({ connectionString: database.systemUrl, max: 4 });
    metrics = createMetrics({ processMetrics: false });
    for await (const { workflowId } of temporal.client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
      await temporal.client.workflow.getHandle(workflowId).terminate('next test');
    }
    await until('all are closed', async () => (await running()).length === 0);
  });
  afterEach(() => pool.end());

  const parts = () => ({ pool, client: temporal.client, metrics, log: createLogger('test', 'silent') });
  async function running(): Promise<string[]> {
    const ids: string[] = [];
    for await (const { workflowId } of temporal.client.workflow.list({ query: `ExecutionStatus = 'Running'` }))
      ids.push(workflowId);
    return ids.sort();
  }
  const make = async (fields: SessionFields = {}): Promise<MadeSession> =>
    makeSession(await makeSimulation(user), fields);
  /** As if everything had been written ten minutes ago. */
  const age = async (): Promise<void> => {
    for (const table of ['candidate_sessions', 'workspaces', 'test_runs', 'emails'])
      await database.rows(`update ${table} set updated_at = now() - interval '10 minutes'`);
  };
  const startOf = ({ orgId, id, session }: MadeSession): WorkflowStart =>
    candidateSessionStart({ orgId, sessionId: id, generation: session.generation });
  const start = (message: WorkflowStart) => deliverMessage(temporal.client, { start: message }, 5_000);

  it('starts again what every kind of unfinished row has lost', async () => {
    const session = await make();
    const workspace = await makeWorkspace(session, taskOf(session, 'code'), {
      status: 'requested',
      settledGeneration: 0,
      generation: 3,
    });
    const ready = await makeWorkspace(session, taskOf(session, 'debug'));
    const run = await makeTestRun(ready, { status: 'queued', purpose: 'run' });
    const [email] = await database.rows<{ id: string }>(
      `insert into emails (org_id, kind, candidate_session_id, session_generation, to_address)
       values ($1, 'invitation', $2, 1, 'a@b.example') returning id`,
      [session.orgId, session.id],
    );
    await age();
    assert.deepEqual(await reconcileOnce(parts()), { ...nothing, row_without_workflow: 4 });
    await deliverDue(parts());
    const expected = [
      `candidate-session/${session.id}/1`,
      `email/${email?.id}`,
      `test-run/${run.id}`,
      `workspace/${workspace.id}/3`,
    ];
    await until('they run', async () => (await running()).length === 4);
    assert.deepEqual(await running(), expected.sort());
    assert.deepEqual(await reconcileOnce(parts()), nothing);
    const counted = (await metrics.reconcilerFindings.get()).values;
    assert.equal(counted.find(({ labels }) => labels.finding === 'row_without_workflow')?.value, 4);
  });

  it('leaves alone rows that are finished, young, running, or whose start still waits in the outbox', async () => {
    await make({ status: 'completed' });
    const alive = await make();
    const waiting = await make();
    await start(startOf(alive));
    await age();
    await database.rows(
      `insert into outbox (org_id, workflow_id, message, lease_until) values ($1, $2, $3, now() + interval '1 hour')`,
      [waiting.orgId, startOf(waiting).workflowId, JSON.stringify({ start: startOf(waiting) })],
    );
    await make();
    assert.deepEqual(await reconcileOnce(parts()), nothing);
  });

  it('goes through more rows than a page has', async () => {
    const made = await make();
    await database.rows(
      `insert into candidate_sessions (org_id, simulation_id, candidate_name, invite_email, token_key_id, token_hash, invited_at, expires_at)
       select org_id, simulation_id, 'N', 'n' || n || '@x.example', 'k1', sha256(n::text::bytea), now(), now() + interval '1 day'
       from candidate_sessions, generate_series(1, 600) n where id = $1`,
      [made.id],
    );
    await age();
    assert.equal((await reconcileOnce(parts())).row_without_workflow, 601);
    assert.deepEqual(await reconcileOnce(parts()), nothing);
  });

  it('reports loudly what it cannot mend: a workflow that ended before its row', async () => {
    const session = await make();
    await start(startOf(session));
    await temporal.client.workflow.getHandle(startOf(session).workflowId).terminate('by a test');
    await age();
    const lines: string[] = [];
    const log = { ...createLogger('test', 'silent'), error: (_facts: object, line: string) => lines.push(line) };
    const found = await reconcileOnce({ ...parts(), log: log as never });
    assert.deepEqual(found, { ...nothing, closed_workflow_open_row: 1 });
    assert.match(lines[0] ?? '', /temporal workflow reset -w candidate-session\//);
    assert.equal((await database.rows('select from outbox')).length, 0);
  });

  it('tells a workflow whose row has ended to look; one that cannot be told is reported', async () => {
    const session = await make({ status: 'completed' });
    const run = testRunStart({ orgId: session.orgId, runId: 'b7b7e0a0-0000-4000-8000-000000000001', graceMs: 0 }, 'x');
    await start(startOf(session));
    await start(run);
    await age();
    await until('they are listed', async () => (await running()).length === 2);
    const found = await reconcileOnce({ ...parts(), settlingMs: 0 });
    assert.deepEqual(found, { ...nothing, workflow_without_open_row: 2 });
    const { events } = await temporal.client.workflow.getHandle(startOf(session).workflowId).fetchHistory();
    assert(events?.some(({ workflowExecutionSignaledEventAttributes: told }) => told?.signalName === 'sessionChanged'));
  });
});
