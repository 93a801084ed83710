import pLimit from 'p-limit';
import type { GithubForge } from '../../adapters/github/index.ts';
import { AppError } from '../../core/errors.ts';
import type { UnitsOfWork } from '../../core/unit-of-work.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { cleanupVerdict, type CleanupRule, type CleanupVerdict } from '../../domain/workspaces/cleanup.ts';
import { carriesWorkspace } from '../../domain/workspaces/closing.ts';
import { listWorkspaces, readForCleanup, type CleanupRow } from '../../services/workspaces/cleanup.ts';

const PAGE = 500;
const AT_ONCE = 5;

/** What would become of one repository. `unknown`: GitHub could not be asked. */
export interface DryRunLine extends CleanupRow {
  readonly verdict: CleanupVerdict | 'unknown';
}

export interface DryRunParts {
  readonly units: UnitsOfWork;
  readonly forge: Pick<GithubForge, 'getRepository'>;
}

/** Every session's repository with what a clean-up would do; asks GitHub about those that would be deleted, and changes nothing. */
export async function* dryRun({ units, forge }: DryRunParts, rule: CleanupRule): AsyncGenerator<DryRunLine> {
  const limit = pLimit(AT_ONCE);
  for (let after: string | null = null; ;) {
    const refs = await listWorkspaces(units, { after, limit: PAGE });
    const rows: CleanupRow[] = [];
    for (const orgId of new Set(refs.map((ref) => ref.orgId))) {
      const ids = refs.filter((ref) => ref.orgId === orgId).map(({ id }) => id);
      rows.push(...(await units.read(systemActor(orgId, 'workspace-cleanup'), (uow) => readForCleanup(uow, ids))));
    }
    yield* await limit.map(rows, async (row) => ({ ...row, verdict: await verdictOf(forge, row, rule) }));
    const last = refs.at(-1);
    if (!last || refs.length < PAGE) return;
    after = last.id;
  }
}

async function verdictOf(
  forge: Pick<GithubForge, 'getRepository'>,
  row: CleanupRow,
  rule: CleanupRule,
): Promise<DryRunLine['verdict']> {
  const verdict = cleanupVerdict(row, rule);
  if (verdict !== 'delete') return verdict;
  try {
    const found = await forge.getRepository(row.repoFullName);
    return found.id === row.repoId && carriesWorkspace(found, row.id) ? 'delete' : 'not_ours';
  } catch (error) {
    return error instanceof AppError && error.code === 'GITHUB_NOT_FOUND' ? 'gone' : 'unknown';
  }
}
