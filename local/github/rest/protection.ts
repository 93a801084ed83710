import { resolveCommit } from '../git/revisions.ts';
import type { World } from '../world.ts';
import { notFound, unprocessable } from './errors.ts';
import { optionalFlag } from './input.ts';
import { noContent, ok, type RepositoryCall, type Route } from './route.ts';

/** What a private repository on a free plan answers: the body of a fault, which tests and scripts ask for. */
export const planRefusal = {
  message: 'Upgrade to GitHub Pro or make this repository public to enable this feature.',
  documentation_url: 'https://docs.github.com/rest/branches/branch-protection#update-branch-protection',
  status: '403',
};

export const protectionRoute = '/repos/{owner}/{repo}/branches/{branch}/protection';

export function isProtected({ protectedBranches = [] }: RepositoryCall['repository'], branch: string): boolean {
  return protectedBranches.includes(branch);
}

async function branchOf({ dir, params }: RepositoryCall): Promise<string> {
  const branch = params['branch'] ?? '';
  if (!(await resolveCommit(dir, `refs/heads/${branch}`))) throw notFound('Branch not found');
  return branch;
}

async function setProtected(world: World, { repository }: RepositoryCall, branch: string, on: boolean): Promise<void> {
  const others = (repository.protectedBranches ?? []).filter((name) => name !== branch);
  repository.protectedBranches = on ? [...others, branch] : others;
  await world.store.commit();
}

function present(world: World, { repository }: RepositoryCall, branch: string): object {
  const url = `${world.links.repositoryApi(repository)}/branches/${encodeURIComponent(branch)}/protection`;
  const off = { enabled: false };
  return {
    url,
    enforce_admins: { url: `${url}/enforce_admins`, ...off },
    required_linear_history: off,
    allow_force_pushes: off,
    allow_deletions: off,
    block_creations: off,
    required_conversation_resolution: off,
    lock_branch: off,
    allow_fork_syncing: off,
  };
}

const REQUIRED = ['required_status_checks', 'enforce_admins', 'required_pull_request_reviews', 'restrictions'] as const;

/** Only what Tenon asks for: neither force pushes nor deletion. Whatever else a client wants is refused, not forgotten. */
function assertLeast({ body }: RepositoryCall): void {
  const missing = REQUIRED.find((name) => !(name in body));
  if (missing !== undefined) throw unprocessable(`Invalid request.\n\n"${missing}" wasn't supplied.`);
  const wanted = REQUIRED.some((name) => body[name] !== null && body[name] !== false);
  const allowed = ['allow_force_pushes', 'allow_deletions'].some((name) => optionalFlag(body, name));
  if (wanted || allowed) throw unprocessable('The local GitHub knows no other protection than against force pushes.');
}

export const protectionRoutes: Route[] = [
  {
    method: 'GET',
    template: protectionRoute,
    access: 'admin',
    async handle(world, call) {
      const branch = await branchOf(call);
      if (!isProtected(call.repository, branch)) throw notFound('Branch not protected');
      return ok(present(world, call, branch));
    },
  },
  {
    method: 'PUT',
    template: protectionRoute,
    access: 'admin',
    async handle(world, call) {
      const branch = await branchOf(call);
      assertLeast(call);
      await setProtected(world, call, branch, true);
      return ok(present(world, call, branch));
    },
  },
  {
    method: 'DELETE',
    template: protectionRoute,
    access: 'admin',
    async handle(world, call) {
      const branch = await branchOf(call);
      if (!isProtected(call.repository, branch)) throw notFound('Branch not protected');
      await setProtected(world, call, branch, false);
      return noContent;
    },
  },
];
