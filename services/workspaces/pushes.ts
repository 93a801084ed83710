import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { Pushed } from '../../domain/github/events.ts';
import { followPushes, type Step } from '../../domain/github/push-chain.ts';
import type { SystemActor } from '../../domain/identity/actor.ts';
import { Workspace } from '../../models/workspace.ts';

type Uow = UnitOfWork<SystemActor>;

/** A push as GitHub's webhook told it, under the delivery's id. */
export interface ToldPush extends Omit<Pushed, 'kind' | 'repoId'> {
  readonly deliveryId: string;
}

const ABSENT = /^0+$/;
/** GitHub tells times of pushes in whole seconds. */
const GRAIN_MS = 1_000;

/**
 * Writes a push into the ledger and moves the head of the default branch as far as the pushes that were told lead, in whichever
 * order they come: a repeated or overtaken one moves nothing back. What does not fit asks for a look at GitHub.
 */
export async function recordPush(uow: Uow, workspaceId: string, push: ToldPush): Promise<void> {
  const workspace = await lockWorkspace(workspaceId);
  const moves = push.ref === defaultRef(workspace) && !ABSENT.test(push.after);
  const overtaken = moves && wasSeenSince(workspace, push.pushedAt);
  await insertPush(uow, workspaceId, {
    ...push,
    source: 'told',
    pushedAt: push.pushedAt,
    settled: !moves || overtaken,
  });
  if (!moves) return;
  const fits = push.before === headOf(workspace);
  await follow(uow, workspace);
  // Out of order, or after a gap; or our clock is ahead of GitHub's and the look came first after all.
  if (overtaken ? fits : headOf(workspace) !== push.after) await askForLook(uow, workspace);
}

/** What a look at GitHub, or a run that has ended, has shown of the default branch. */
export interface SeenHead {
  readonly sha: string;
  readonly source: 'looked' | 'run';
}

/**
 * Puts the head right by what was seen. A commit that no push has told of goes into the ledger as found, without saying who pushed
 * it or when. A run tested what was the head when it was dispatched: what the ledger knows to be old moves nothing.
 * @returns whether it was found, not told; the row is locked by the caller
 */
export async function recordSeenHead(uow: Uow, workspace: Workspace, { sha, source }: SeenHead): Promise<boolean> {
  const before = headOf(workspace);
  const ref = defaultRef(workspace);
  const known = await rowsOf<{ after: boolean }>(
    uow.db,
    `select after_sha = $4 as after from workspace_pushes
     where org_id = $1 and workspace_id = $2 and ref = $3 and (after_sha = $4 or before_sha = $4)`,
    [uow.actor.orgId, workspace.id, ref, sha],
  );
  const isFound = sha !== before && !known.some(({ after }) => after);
  if (source === 'run' && (sha === before || known.length > 0)) return false;
  if (isFound && before !== null) {
    await insertPush(uow, workspace.id, { ref, before, after: sha, source, settled: true });
  }
  if (sha !== before) await workspace.update({ latestCommitSha: sha });
  if (source === 'looked') await settle(uow, workspace, null);
  else await follow(uow, workspace);
  return isFound;
}

/** As `recordSeenHead`, for a workspace whose run on the default branch has ended. */
export async function recordRunHead(uow: UnitOfWork, workspaceId: string, headSha: string): Promise<void> {
  const workspace = await lockWorkspace(workspaceId);
  await recordSeenHead(uow as Uow, workspace, { sha: headSha, source: 'run' });
}

export async function lockWorkspace(workspaceId: string): Promise<Workspace> {
  const workspace = await Workspace.findOne({ where: { id: workspaceId }, lock: true });
  if (!workspace) throw new AppError('WORKSPACE_UNKNOWN', `Workspace ${workspaceId} not found`);
  return workspace;
}

function headOf({ latestCommitSha, baseTemplateSha }: Workspace): string | null {
  return latestCommitSha ?? baseTemplateSha;
}

function defaultRef({ defaultBranch }: Workspace): string {
  return `refs/heads/${defaultBranch ?? 'main'}`;
}

/** A look after the push has seen it, whatever the order in which the two are told. */
function wasSeenSince({ repoLookedAt }: Workspace, pushedAt: string | null): boolean {
  return repoLookedAt !== null && pushedAt !== null && Date.parse(pushedAt) + GRAIN_MS <= repoLookedAt.getTime();
}

async function follow(uow: Uow, workspace: Workspace): Promise<void> {
  const from = headOf(workspace);
  if (from === null) return;
  const steps = await rowsOf<Step>(
    uow.db,
    `select id, before_sha as before, after_sha as after from workspace_pushes
     where org_id = $1 and workspace_id = $2 and ref = $3 and not settled order by pushed_at nulls last, id`,
    [uow.actor.orgId, workspace.id, defaultRef(workspace)],
  );
  const { head, used } = followPushes(from, steps);
  if (used.length === 0) return;
  await settle(uow, workspace, used);
  if (head !== from) await workspace.update({ latestCommitSha: head });
}

/** `ids` null: all of the default branch. */
async function settle({ db, actor }: Uow, workspace: Workspace, ids: readonly string[] | null): Promise<void> {
  await rowsOf(
    db,
    `update workspace_pushes set settled = true
     where org_id = $1 and workspace_id = $2 and ref = $3 and not settled and ($4::bigint[] is null or id = any ($4))`,
    [actor.orgId, workspace.id, defaultRef(workspace), ids],
  );
}

async function askForLook({ db, actor }: Uow, { id }: Workspace): Promise<void> {
  await rowsOf(
    db,
    'update workspaces set repo_look_due_at = coalesce(repo_look_due_at, now()) where org_id = $1 and id = $2',
    [actor.orgId, id],
  );
}

interface NewPush {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly source: 'told' | 'looked' | 'run';
  readonly settled: boolean;
  readonly deliveryId?: string;
  readonly forced?: boolean | null;
  readonly pusher?: string | null;
  readonly pushedAt?: string | null;
}

async function insertPush({ db, actor }: Uow, workspaceId: string, push: NewPush): Promise<void> {
  const { ref, before, after, source, settled, deliveryId, forced, pusher, pushedAt } = push;
  await rowsOf(
    db,
    `insert into workspace_pushes
       (org_id, workspace_id, source, delivery_id, ref, before_sha, after_sha, forced, pusher_login, pushed_at, settled)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      actor.orgId,
      workspaceId,
      source,
      deliveryId ?? null,
      ref,
      before,
      after,
      forced ?? null,
      pusher ?? null,
      pushedAt ?? null,
      settled,
    ],
  );
}
