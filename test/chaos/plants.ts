import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { smtpSender } from '../../adapters/mail/smtp.ts';
import type { WorkflowStart } from '../../core/outbox.ts';
import { deliverMessage } from '../../core/temporal.ts';
import { unitsOfWork } from '../../core/unit-of-work.ts';
import { connectDatabase, rowsOf } from '../../core/database.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { candidateSessionStart } from '../../workflows/hiring/candidate-session.contract.ts';
import { emailStart } from '../../workflows/mail/email.contract.ts';
import { rowsIn } from './database.ts';
import type { World } from './world.ts';

const DEADLINE_MS = 5_000;

/** A bug as a broken product would show it; gives what the checker must say. */
export type Plant = (world: World) => Promise<RegExp[]>;

/** A unit of work that delivers before its commit, and then cannot commit. */
export const deliveryBeforeCommit: Plant = async (world) => {
  const orgId = await someOrg(world);
  const start: { current?: WorkflowStart } = {};
  const db = connectDatabase(world.plan.addresses.database, { poolSize: 1, applicationName: 'tenon-chaos' });
  try {
    const units = unitsOfWork({ db, deliver: () => Promise.resolve([]), onMarkError: () => undefined });
    const work = units.write(systemActor(orgId, 'chaos'), async (uow) => {
      const [email] = await rowsOf<{ id: string }>(
        uow.db,
        `insert into emails (org_id, kind, candidate_session_id, session_generation, to_address)
         select org_id, 'invitation', id, generation, invite_email from candidate_sessions limit 1 returning id`,
      );
      start.current = emailStart({ orgId, emailId: email?.id ?? '' }, 'chaos');
      await deliverMessage(world.temporal, { start: start.current }, DEADLINE_MS); // the bug
      throw new Error('the commit fails');
    });
    await assert.rejects(work, /the commit fails/);
  } finally {
    await db.close();
  }
  return [new RegExp(`${start.current?.workflowId} has no row`)];
};

/** A late writer without `where status = …` moves a run that has ended back, and tells of it once more. */
export const statusWithoutGuard: Plant = async (world) => {
  const [run] = await rowsIn<{ id: string; orgId: string }>(
    world,
    `update test_runs set status = 'running', finished_at = null, updated_at = now()
     where id = (select id from test_runs where status = 'passed' limit 1) returning id, org_id as "orgId"`,
  );
  assert.ok(run);
  await tell(world, run.orgId, { action: 'test_run.dispatched', resource: { type: 'test_run', id: run.id } });
  return [
    new RegExp(`test-run/${run.id} is COMPLETED and its row is unfinished`),
    new RegExp(`test_run.dispatched of ${run.id} stands 2 times`),
  ];
};

/** A second try that does not look for what the first has done: at GitHub and at the mail server. */
export const effectWithoutKey: Plant = async (world) => {
  const [run] = await rowsIn<{ id: string; repo: string; branch: string; day: string }>(
    world,
    `select r.id, w.repo_full_name as repo, r.branch, t.day_index::text as day
     from test_runs r join workspaces w on w.id = r.workspace_id join simulation_tasks t on t.id = r.task_id
     where r.github_run_id is not null limit 1`,
  );
  assert.ok(run);
  const { addresses, secrets } = world.plan;
  const dispatches = `${addresses.github}/api/v3/repos/${run.repo}/actions/workflows/tenon-ci.yml/dispatches`;
  const taken = await fetch(dispatches, {
    method: 'POST',
    headers: { authorization: `Bearer ${secrets.githubToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ref: run.branch, inputs: { tenon_run: run.id, tenon_day: run.day } }),
  });
  assert.ok(taken.ok, await taken.text());
  const [mail] = await rowsIn<{ id: string; to: string }>(
    world,
    `select id, to_address as "to" from emails where status = 'sent' limit 1`,
  );
  assert.ok(mail);
  const messageId = `<${mail.id}@tenon.local>`;
  const letter = { from: 'Tenon <no-reply@tenon.local>', subject: 'Again', text: 'Again', html: '<p>Again</p>' };
  const sent = await smtpSender(addresses.smtp).send({ messageId, to: mail.to, ...letter });
  assert.equal(sent.outcome, 'sent');
  return [
    new RegExp(`test run ${run.id} was dispatched more than once`),
    new RegExp(`mail ${mail.id} was sent more than once`),
  ];
};

/** A relay that sends the plain signal first, takes “not found” for “has ended”, and drops the start with it. */
export const signalBeforeStart: Plant = async (world) => {
  const [session] = await rowsIn<{ id: string; orgId: string }>(
    world,
    `insert into candidate_sessions (org_id, simulation_id, candidate_name, invite_email, token_key_id, token_hash, invited_at, expires_at)
     select org_id, simulation_id, candidate_name, 'planted@chaos.test', token_key_id, sha256(token_hash), now(), now() + interval '1 day'
     from candidate_sessions limit 1 returning id, org_id as "orgId"`,
  );
  assert.ok(session);
  const { id: sessionId, orgId } = session;
  const start = candidateSessionStart({ orgId, sessionId, generation: 1 });
  const { workflowId } = start;
  const signalled = world.temporal.workflow.getHandle(workflowId).signal('sessionChanged');
  await assert.rejects(signalled, { name: 'WorkflowNotFoundError' });
  await rowsIn(
    world,
    `insert into outbox (org_id, workflow_id, message, lease_until, delivered_at, outcome)
     values ($1, $2, $3, now(), now(), 'already_closed')`,
    [orgId, workflowId, JSON.stringify({ start })],
  );
  return [
    new RegExp(`the row of ${workflowId} never had its workflow`),
    new RegExp(`was delivered to ${workflowId}, which never started`),
  ];
};

/** A writer that forgot the tenant is refused by the database; one that left the last one's set writes into a foreign chain. */
export const tenantForgotten: Plant = async (world) => {
  const [owner] = await rowsIn<{ orgId: string; userId: string }>(
    world,
    `select org_id as "orgId", created_by as "userId" from simulations limit 1`,
  );
  assert.ok(owner);
  const insert = `insert into simulations (org_id, created_by, title, role, tech_stack, seniority, template_key)
     values ($1, $2, $3, 'Engineer', 'Node.js', 'Mid', 'node-express-ts') returning id`;
  const values = [owner.orgId, owner.userId, `Planted ${randomUUID()}`];
  const app = new Client({ connectionString: world.plan.addresses.database });
  await app.connect();
  try {
    await assert.rejects(app.query(insert, values), /row-level security/);
    await assert.rejects(app.query('select append_audit($1)', [['{}']]), /no tenant is set/);
    const { rowCount } = await app.query('select from simulations');
    assert.equal(rowCount, 0, 'without a tenant nothing is there');
  } finally {
    await app.end();
  }
  const [simulation] = await rowsIn<{ id: string }>(world, insert, values);
  const [other] = await rowsIn<{ id: string }>(world, 'select id from organizations where id <> $1 limit 1', [
    owner.orgId,
  ]);
  assert.ok(simulation && other);
  await tell(world, other.id, { action: 'simulation.created', resource: { type: 'simulation', id: simulation.id } });
  return [
    new RegExp(`simulation.created of ${simulation.id} stands 0 times`),
    new RegExp(`tells of simulation.created of ${simulation.id}, which did not happen`),
  ];
};

/** Secrets in a row, in a log and in a history. */
export const leaks: Plant = async (world) => {
  const { githubToken, linkKey, seedPassword } = world.plan.secrets;
  const orgId = await someOrg(world);
  await rowsIn(world, 'update organizations set name = $2 where id = $1', [orgId, `of ${githubToken}`]);
  await appendFile(join(world.logDir, 'api-1', 'api.log'), `{"msg":"the key is ${linkKey}"}\n`);
  const start = { ...emailStart({ orgId, emailId: randomUUID() }, 'chaos'), input: { orgId, password: seedPassword } };
  await deliverMessage(world.temporal, { start }, DEADLINE_MS);
  return [
    /a secret stands in the table organizations/,
    /a secret stands in the log api-1\/api.log/,
    new RegExp(`a secret stands in the history of ${start.workflowId}`),
  ];
};

/** Somebody removes the end of an audit trail. */
export const cutTrail: Plant = async (world) => {
  const [cut] = await rowsIn<{ orgId: string }>(
    world,
    `delete from audit_entries a using audit_heads h
     where a.org_id = h.org_id and a.seq = h.seq and h.org_id = (select org_id from audit_heads order by seq desc limit 1)
     returning a.org_id as "orgId"`,
  );
  assert.ok(cut);
  return [new RegExp(`the audit chain of ${cut.orgId}: row \\d+ is missing`)];
};

async function someOrg(world: World): Promise<string> {
  const [session] = await rowsIn<{ orgId: string }>(world, 'select org_id as "orgId" from candidate_sessions limit 1');
  assert.ok(session);
  return session.orgId;
}

/** Appends to a chain as the product does, for whichever organisation. */
async function tell(world: World, orgId: string, entry: object): Promise<void> {
  const body = JSON.stringify({ at: new Date().toISOString(), ...entry, actor: { kind: 'system', id: 'chaos' } });
  await rowsIn(
    world,
    `with tenant as materialized (select set_config('app.org_id', $1, true) as id)
     select append_audit(array[$2 || left(tenant.id, 0)]) from tenant`,
    [orgId, body],
  );
}
