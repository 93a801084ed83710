import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork, UnitsOfWork } from '../../core/unit-of-work.ts';
import { anonymous } from '../../domain/identity/actor.ts';
import {
  cleanupVerdict,
  type CleanupFacts,
  type CleanupRule,
  type CleanupVerdict,
} from '../../domain/workspaces/cleanup.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { Workspace } from '../../models/workspace.ts';
import { beginLife } from './closing.ts';

/** A workspace, before its organisation is opened. */
export interface WorkspaceRef {
  readonly id: string;
  readonly orgId: string;
}

export interface Page {
  /** The id that the page before ended with; null for the first. */
  readonly after: string | null;
  readonly limit: number;
}

/** What has to be looked at, in all organisations, by id: ended sessions' repositories that are not as they should be. */
export function listToClose(
  units: UnitsOfWork,
  { retentionDays, after, limit }: Page & { readonly retentionDays: number | null },
): Promise<WorkspaceRef[]> {
  return units.read(anonymous, ({ db }) =>
    rowsOf<WorkspaceRef>(
      db,
      `select id, org_id as "orgId" from lookup_workspaces_to_close(now() - make_interval(days => $1), $2, $3)`,
      [retentionDays, after, limit],
    ),
  );
}

/** Every session's workspace in all organisations, by id. */
export function listWorkspaces(units: UnitsOfWork, { after, limit }: Page): Promise<WorkspaceRef[]> {
  return units.read(anonymous, ({ db }) =>
    rowsOf<WorkspaceRef>(db, `select id, org_id as "orgId" from lookup_workspaces($1, $2)`, [after, limit]),
  );
}

export interface CleanupRow extends CleanupFacts {
  readonly id: string;
  readonly sessionId: string;
  readonly sessionStatus: string;
  readonly repoFullName: string;
}

/** What the clean-up decides by, of workspaces of the unit's organisation, by id. */
export function readForCleanup({ db, actor }: UnitOfWork, ids: readonly string[]): Promise<CleanupRow[]> {
  return rowsOf<CleanupRow>(
    db,
    `select w.id, s.id as "sessionId", s.status as "sessionStatus", w.repo_full_name as "repoFullName", w.repo_id as "repoId",
            w.repository_state as "repositoryState", w.error_code as "errorCode",
            w.settled_generation >= w.generation as settled, now() as now,
            case s.status when 'completed' then s.completed_at when 'expired' then s.expired_at
              when 'revoked' then s.revoked_at end as "endedAt",
            exists (select from test_runs r where r.org_id = w.org_id and r.workspace_id = w.id
                    and r.status in ('queued', 'running')) as runs
     from workspaces w join candidate_sessions s on s.org_id = w.org_id and s.id = w.candidate_session_id
     where w.org_id = $1 and w.id = any($2) order by w.id`,
    [actor.orgId, ids],
  );
}

/**
 * Begins a life that closes the repository, if that is to be done; judged under the locks of session and workspace, so that nobody is
 * invited again meanwhile. Harmless to repeat: who is at it already is not begun again.
 */
export async function beginCleanup(
  uow: UnitOfWork,
  { workspaceId, ...rule }: CleanupRule & { readonly workspaceId: string },
): Promise<CleanupVerdict> {
  const { candidateSessionId } = await Workspace.findByPk(workspaceId, { rejectOnEmpty: true });
  await CandidateSession.findByPk(candidateSessionId ?? '', { attributes: ['id'], lock: true, rejectOnEmpty: true });
  const workspace = await Workspace.findByPk(workspaceId, { lock: true, rejectOnEmpty: true });
  const [facts] = await readForCleanup(uow, [workspaceId]);
  if (!facts) throw new Error(`workspace ${workspaceId} belongs to no session`);
  const verdict = cleanupVerdict(facts, rule);
  if (verdict !== 'archive' && verdict !== 'delete') return verdict;
  const { repositoryState } = workspace;
  workspace.set({ repositoryState: verdict === 'delete' ? 'deleting' : 'archiving', githubUsername: null });
  beginLife(uow, workspace);
  await workspace.save();
  uow.audit({
    action: verdict === 'delete' ? 'workspace.deletion_begun' : 'workspace.closed',
    resource: { type: 'workspace', id: workspaceId },
    before: { repositoryState },
    after: {
      repositoryState: workspace.repositoryState,
      generation: workspace.generation,
      ...(verdict === 'delete' && { endedAt: facts.endedAt?.toISOString(), retentionDays: rule.retentionDays }),
    },
  });
  return verdict;
}
