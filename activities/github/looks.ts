import { AppError } from '../../core/errors.ts';
import { sqlStateOf } from '../../core/transaction.ts';
import { anonymous, systemActor } from '../../domain/identity/actor.ts';
import { findRepositoriesToLookAt, type LookTarget } from '../../services/workspaces/look-targets.ts';
import {
  loadLookFacts,
  recordLook,
  recordLookInVain,
  type LookFacts,
  type LookFinding,
} from '../../services/workspaces/repository-looks.ts';
import type { ReconciliationParts } from './parts.ts';

/** A repository of an open session of which no webhook told anything is looked at this often. */
const LOOK_AFTER_MS = 30 * 60_000;
const BATCH = 20;
const COMPONENT = 'workflow:github-reconciliation';
const TAKEN = '23505'; // unique_violation: another workspace still has the name that GitHub tells

export interface Looks {
  readonly looked: number;
  /** How many of them were not as we knew them. */
  readonly found: number;
  readonly more: boolean;
}

/** Looks at a batch of repositories at GitHub and puts our rows right: name, reachability, head of the default branch. */
export function lookActivity({ units, watch, metrics, log }: ReconciliationParts) {
  return {
    lookAtRepositories: async (): Promise<Looks> => {
      const lookedBefore = new Date(Date.now() - LOOK_AFTER_MS);
      const targets = await units.read(anonymous, (uow) =>
        findRepositoriesToLookAt(uow, { lookedBefore, most: BATCH }),
      );
      let found = 0;
      for (const target of targets) {
        const findings = await lookAt(target);
        for (const finding of findings) metrics.githubLooks.inc({ finding });
        if (findings.some((finding) => finding !== 'as_known')) found += 1;
      }
      return { looked: targets.length, found, more: targets.length === BATCH };
    },
  };

  async function lookAt({ workspaceId, orgId }: LookTarget): Promise<(LookFinding | 'failed')[]> {
    const actor = systemActor(orgId, COMPONENT);
    const facts = await units.read(actor, () => loadLookFacts(workspaceId));
    if (!facts) return [];
    const lookedAt = new Date();
    try {
      const seen = await ask(facts);
      return await units.write(actor, (uow) => recordLook(uow, { workspaceId, lookedAt, ...seen }, log));
    } catch (error) {
      const isFinal = error instanceof AppError ? !error.retryable : sqlStateOf(error) === TAKEN;
      if (!isFinal) throw error;
      log.warn({ workspaceId, orgId, err: error }, 'a repository could not be looked at');
      await units.write(actor, (uow) => recordLookInVain(uow, { workspaceId, lookedAt }));
      return ['failed'];
    }
  }

  /** One call for a repository to which nobody has pushed since the last look, two for another. */
  async function ask({ repoId, defaultBranch, latestCommitSha, repoPushedAt, repoLookDueAt }: LookFacts) {
    const repository = await watch.repositoryById(repoId ?? '0');
    const isQuiet =
      repoLookDueAt === null &&
      repoPushedAt !== null &&
      latestCommitSha !== null &&
      repository?.pushedAt?.getTime() === repoPushedAt.getTime();
    if (!repository || isQuiet || defaultBranch === null) return { repository, headSha: null };
    return { repository, headSha: await watch.branchHead(repository.fullName, defaultBranch) };
  }
}
