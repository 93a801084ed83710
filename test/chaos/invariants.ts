import { reconciliationKind } from '../../workflows/github/reconciliation.contract.ts';
import type { Accepted } from './client.ts';
import type { Facts } from './facts.ts';

/** What must hold whatever was killed when; `cancelled` are workflows that an operator cancelled. Pure. @returns a sentence for each thing that is not so */
export function violationsIn(
  facts: Facts,
  accepted: readonly Accepted[],
  cancelled: ReadonlySet<string> = new Set(),
): string[] {
  return [
    ...promisesKept(facts, accepted),
    ...rowsAndWorkflows(facts, cancelled),
    ...dispatches(facts),
    ...repositories(facts),
    ...mails(facts),
    ...askedOnce(facts),
    ...auditTrail(facts),
    ...facts.leaks,
  ];
}

/** Each accepted request has its resource, and no request has two. */
function promisesKept({ made }: Facts, accepted: readonly Accepted[]): string[] {
  const ids = new Set(made.map(({ kind, id }) => `${kind} ${id}`));
  const lost = accepted.filter(({ kind, id }) => !ids.has(`${kind} ${id}`));
  const twice = repeated(made.map(({ kind, name }) => `${kind} “${name}”`));
  return [
    ...lost.map(({ kind, id }) => `${kind} ${id} was accepted and is not there`),
    ...twice.map((what) => `${what} was made more than once`),
  ];
}

function rowsAndWorkflows({ rows, workflows, outbox }: Facts, cancelled: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const rowOf = new Map(rows.map((row) => [`${row.kind}/${row.id}`, row]));
  const known = new Map(workflows.map((workflow) => [workflow.workflowId, workflow]));
  for (const id of repeated(workflows.map(({ workflowId }) => workflowId))) found.push(`${id} ran more than once`);
  for (const { workflowId, orgId, unfinished } of rows) {
    const workflow = known.get(workflowId);
    if (!workflow) found.push(`the row of ${workflowId} never had its workflow`);
    else if (unfinished && workflow.status !== 'RUNNING') {
      found.push(`${workflowId} is ${workflow.status} and its row is unfinished`);
    } else if (workflow.orgId !== orgId) found.push(`${workflowId} runs for another organisation than its row`);
  }
  for (const { workflowId, kind, orgId, status } of workflows) {
    if (orgId === 'installation') continue; // it belongs to no row
    const [, id = '', generation = '1'] = workflowId.split('/');
    const row = rowOf.get(`${kind}/${id}`);
    if (kind === reconciliationKind) continue; // a round of the schedule, which owns no row
    if (!row || Number(generation) > row.generation) found.push(`${workflowId} has no row`);
    else if (status === 'RUNNING' && (!row.unfinished || row.workflowId !== workflowId)) {
      found.push(`${workflowId} is open and its row is finished`);
    } else if (status === 'CANCELLED' && cancelled.has(workflowId)) continue;
    else if (!['RUNNING', 'COMPLETED', 'FAILED'].includes(status)) found.push(`${workflowId} is ${status}`);
  }
  for (const { id, workflowId, delivered } of outbox) {
    if (!delivered) found.push(`outbox ${id} for ${workflowId} was not delivered`);
    else if (!known.has(workflowId)) found.push(`outbox ${id} was delivered to ${workflowId}, which never started`);
  }
  return found;
}

/** One run at GitHub for each run that has its id; a run whose answer was lost may have one that nobody reads. */
function dispatches({ runs, farRuns }: Facts): string[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const farIds = new Set(farRuns.map(({ id, marker }) => `${id} ${marker}`));
  const found = repeated(farRuns.map(({ marker }) => marker)).map(
    (id) => `test run ${id} was dispatched more than once`,
  );
  for (const { id, githubRunId } of runs) {
    if (githubRunId !== null && !farIds.has(`${githubRunId} ${id}`)) {
      found.push(`test run ${id} names run ${githubRunId}, which GitHub does not have for it`);
    }
  }
  for (const { id, marker } of farRuns) {
    const run = byId.get(marker);
    const answerLost = run?.githubRunId === null && run.ended && run.effect !== null;
    if (!run) found.push(`GitHub runs ${id} for ${marker}, which is no test run`);
    else if (run.githubRunId !== id && !answerLost)
      found.push(`GitHub runs ${id} for test run ${marker}, which does not know it`);
  }
  return found;
}

function repositories({ workspaces, farRepositories }: Facts): string[] {
  const byRepo = new Map(workspaces.map((workspace) => [workspace.repo, workspace]));
  const farIds = new Set(farRepositories.map(({ id, repo }) => `${id} ${repo}`));
  const found = workspaces
    .filter(({ repo, repoId }) => repoId !== null && !farIds.has(`${repoId} ${repo}`))
    .map(({ repo }) => `GitHub does not have ${repo} as its workspace knows it`);
  for (const { repo, description, archived } of farRepositories) {
    const workspace = byRepo.get(repo);
    if (!workspace) found.push(`GitHub has ${repo}, which no workspace asked for`);
    else if (archived !== (workspace.state === 'archived'))
      found.push(`${repo} is ${archived ? '' : 'not '}archived at GitHub, and its workspace is ${workspace.state}`);
    else if (!description.includes(workspace.id)) found.push(`${repo} was made for another workspace`);
  }
  return found;
}

/** Exactly one mail for `sent`; at most one where the answer of the mail server was lost. */
function mails({ emails, mails }: Facts): string[] {
  const rows = new Map(emails.map((email) => [email.id, email]));
  const arrived = new Set(mails.map(({ emailId }) => emailId));
  const found = repeated(mails.map(({ emailId }) => emailId)).map((id) => `mail ${id} was sent more than once`);
  for (const { id, status } of emails) {
    if (status === 'sent' && !arrived.has(id)) found.push(`mail ${id} is said to be sent and never came`);
  }
  for (const { emailId, to } of mails) {
    const row = rows.get(emailId);
    if (!row) found.push(`mail ${emailId} came, and nobody asked for it`);
    else if (to.length !== 1 || to[0] !== row.to) found.push(`mail ${emailId} went to another address`);
    else if (row.status !== 'sent' && row.status !== 'failed')
      found.push(`mail ${emailId} came and its row is ${row.status}`);
  }
  return found;
}

/** A repeat queues no second mail; a rotation leaves no second key that opens. */
function askedOnce({ asked, live }: Facts): string[] {
  return [
    ...asked
      .filter((one) => one.asked !== one.mails)
      .map(({ what, asked, mails }) => `${what} was asked for ${asked} times, and ${mails} mails were queued`),
    ...live.filter(({ count }) => count > 1).map(({ what, count }) => `there is not one ${what}, but ${count}`),
  ];
}

/** Every change has its entry in its own organisation's chain, every entry its change. */
function auditTrail({ changes, audit }: Facts): string[] {
  const found: string[] = [];
  const counted = new Map<string, number>();
  for (const { orgId, fault, entries } of audit) {
    if (fault !== undefined) found.push(`the audit chain of ${orgId}: ${fault}`);
    for (const { action, id } of entries) {
      const key = `${orgId} ${action} ${id}`;
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
  }
  const explained = new Set<string>();
  const watched = new Set<string>();
  for (const { orgId, actions, id, times: wanted = 1 } of changes) {
    let times = 0;
    for (const action of actions) {
      explained.add(`${orgId} ${action} ${id}`);
      if (!action.startsWith('email.')) watched.add(action); // `failed` may be corrected to `sent`: both are told
      times += counted.get(`${orgId} ${action} ${id}`) ?? 0;
    }
    if (times !== wanted)
      found.push(`${actions.join(' or ')} of ${id} stands ${times} times in the audit trail, not ${wanted}`);
  }
  for (const key of counted.keys()) {
    const [, action = '', id] = key.split(' ');
    if (watched.has(action) && !explained.has(key))
      found.push(`the audit trail tells of ${action} of ${id}, which did not happen`);
  }
  return found;
}

function repeated(list: readonly string[]): string[] {
  const seen = new Set<string>();
  return [...new Set(list.filter((one) => seen.size === seen.add(one).size))];
}
