import type { Client } from './client.ts';
import { statusOf, unexpectedReply, wordsOf } from './errors.ts';
import type { ForgeRepository, GithubForge } from './forge.ts';
import { idOf, parts } from './names.ts';

type Calls = Pick<
  GithubForge,
  | 'getRepository'
  | 'generateFromTemplate'
  | 'archiveRepository'
  | 'getBranchHead'
  | 'sameTree'
  | 'addCollaborator'
  | 'removeCollaborator'
  | 'compare'
>;

interface RepositoryReply {
  readonly id: number | bigint;
  readonly full_name: string;
  readonly default_branch: string;
  readonly archived?: boolean;
}

/** Repositories, their branches and who may push to them. */
export function repositoryCalls(client: Client): Calls {
  const { rest } = client;

  async function getRepository(repo: string): Promise<ForgeRepository> {
    return presentRepository((await rest.repos.get(parts(repo))).data);
  }

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
        if (statusOf(error) === 422 && /already exists/i.test(wordsOf(error))) return getRepository(`${owner}/${name}`);
        throw error;
      }
    },

    async archiveRepository(repo) {
      const { archived } = await getRepository(repo);
      if (!archived) await rest.repos.update({ ...parts(repo), archived: true }); // GitHub refuses any change to an archived one
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

function presentRepository({ id, full_name, default_branch, archived }: RepositoryReply): ForgeRepository {
  if (typeof full_name !== 'string' || typeof default_branch !== 'string') throw unexpectedReply('getRepository');
  return {
    id: idOf(id, 'getRepository'),
    fullName: full_name,
    defaultBranch: default_branch,
    archived: archived ?? false,
  };
}
