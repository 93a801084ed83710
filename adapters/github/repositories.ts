import { isUtf8 } from 'node:buffer';
import { AppError } from '../../core/errors.ts';
import { sameLogin } from '../../domain/workspaces/workspace.ts';
import type { Client } from './client.ts';
import { statusOf, unexpectedReply, wordsOf } from './errors.ts';
import type { ForgeRepository, GithubForge } from './forge.ts';
import { idOf, parts } from './names.ts';

type Calls = Pick<
  GithubForge,
  | 'getRepository'
  | 'generateFromTemplate'
  | 'archiveRepository'
  | 'unarchiveRepository'
  | 'deleteRepository'
  | 'protectBranch'
  | 'getBranchHead'
  | 'sameTree'
  | 'readTextFile'
  | 'administers'
  | 'addCollaborator'
  | 'removeCollaborator'
  | 'compare'
>;

interface RepositoryReply {
  readonly id: number | bigint;
  readonly full_name: string;
  readonly default_branch: string;
  readonly archived?: boolean;
  readonly private: boolean;
  readonly description: string | null;
  readonly created_at?: string | null;
}

/** Repositories, their branches and who may push to them. */
export function repositoryCalls(client: Client): Calls {
  const { rest } = client;

  async function getRepository(repo: string): Promise<ForgeRepository> {
    return presentRepository((await rest.repos.get(parts(repo))).data);
  }

  /** Only what we generated for the same purpose: a stranger's repository would bring its collaborators and content. */
  async function adopt(owner: string, name: string, description: string): Promise<ForgeRepository> {
    const { data } = await rest.repos.get({ owner, repo: name });
    if (!data.private || data.description !== description) throw new AppError('REPOSITORY_NAME_TAKEN');
    return presentRepository(data);
  }

  /** GitHub refuses any change to an archived one, also to archive it again. */
  async function setArchived(repo: string, archived: boolean): Promise<void> {
    const now = await getRepository(repo);
    if (now.archived !== archived) await rest.repos.update({ ...parts(now.fullName), archived });
  }

  const ownLogin = remembered(async () => {
    try {
      return (await rest.users.getAuthenticated()).data.login;
    } catch (error) {
      if (statusOf(error) === 403 || statusOf(error) === 404) return null; // an installation's token has no user
      throw error;
    }
  });

  return {
    getRepository,

    async generateFromTemplate({ templateFullName, owner, name, description }) {
      const template = parts(templateFullName);
      try {
        const made = await rest.repos.createUsingTemplate({
          template_owner: template.owner,
          template_repo: template.repo,
          owner,
          name,
          description,
          private: true,
          include_all_branches: false,
        });
        return presentRepository(made.data);
      } catch (error) {
        if (statusOf(error) === 422 && /already exists/i.test(wordsOf(error))) return adopt(owner, name, description);
        throw error;
      }
    },

    archiveRepository: (repo) => setArchived(repo, true),
    unarchiveRepository: (repo) => setArchived(repo, false),

    async deleteRepository(repo) {
      await rest.repos.delete(parts(repo));
    },

    async protectBranch(repo, branch) {
      try {
        // A ruleset of the same name would be refused the second time; this can be said as often as one likes.
        await rest.repos.updateBranchProtection({
          ...parts(repo),
          branch,
          required_status_checks: null,
          enforce_admins: null,
          required_pull_request_reviews: null,
          restrictions: null,
          allow_force_pushes: false,
          allow_deletions: false,
        });
        return 'protected';
      } catch (error) {
        if (statusOf(error) === 403 && /upgrade to|repository public/i.test(wordsOf(error))) return 'unsupported';
        throw error;
      }
    },

    async getBranchHead(repo, branch) {
      try {
        const { commit } = (await rest.repos.getBranch({ ...parts(repo), branch })).data;
        return { sha: commit.sha, treeSha: commit.commit.tree.sha };
      } catch (error) {
        if (statusOf(error) === 404 || statusOf(error) === 409) return null; // 409: "Git Repository is empty"
        throw error;
      }
    },

    async sameTree(templateRepo, treeSha) {
      const { data } = await rest.repos.listCommits({ ...parts(templateRepo), per_page: 30 });
      return data.some(({ commit }) => commit.tree.sha === treeSha);
    },

    async readTextFile(repo, path, ref) {
      try {
        const { data } = await rest.repos.getContent({ ...parts(repo), path, ref });
        if (Array.isArray(data) || !('content' in data) || data.encoding !== 'base64') return { kind: 'unreadable' };
        const bytes = Buffer.from(data.content, 'base64');
        return isUtf8(bytes) ? { kind: 'text', text: bytes.toString('utf8') } : { kind: 'unreadable' };
      } catch (error) {
        if (statusOf(error) === 404) return { kind: 'missing' };
        throw error;
      }
    },

    async administers(repo, username) {
      if (sameLogin(await ownLogin(), username)) return true;
      const { data } = await rest.repos.getCollaboratorPermissionLevel({ ...parts(repo), username });
      return data.permission === 'admin';
    },

    async addCollaborator(repo, username) {
      await rest.repos.addCollaborator({ ...parts(repo), username, permission: 'push' });
    },

    async removeCollaborator(repo, username) {
      await rest.repos.removeCollaborator({ ...parts(repo), username });
    },

    async compare(repo, base, head) {
      const { data } = await rest.repos.compareCommitsWithBasehead({ ...parts(repo), basehead: `${base}...${head}` });
      const { ahead_by, behind_by, total_commits, files } = data;
      return { ahead_by, behind_by, total_commits, files };
    },
  };
}

/** Asked once; again only after a failure. */
function remembered<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: { readonly value: T } | undefined;
  return async () => {
    answer ??= { value: await ask() };
    return answer.value;
  };
}

function presentRepository(reply: RepositoryReply): ForgeRepository {
  const { id, full_name, default_branch, archived, description, created_at } = reply;
  const createdAt = new Date(created_at ?? Number.NaN);
  const isWhole =
    typeof full_name === 'string' && typeof default_branch === 'string' && typeof reply.private === 'boolean';
  if (!isWhole || Number.isNaN(createdAt.getTime())) throw unexpectedReply('getRepository');
  return {
    id: idOf(id, 'getRepository'),
    fullName: full_name,
    defaultBranch: default_branch,
    archived: archived ?? false,
    isPrivate: reply.private,
    description,
    createdAt,
  };
}
