import { Octokit } from '@octokit/core';
import { githubActivities } from '../../../activities/github.ts';
import { createLogger } from '../../../core/logger.ts';
import { createMetrics, type Metrics } from '../../../core/metrics.ts';
import type { Workspace } from '../../../models/workspace.ts';
import { resetDatabase, testDatabase, type TestDatabase } from '../../support/database.ts';
import {
  makeSession,
  makeSimulation,
  makeWorkspace,
  taskOf,
  type SessionFields,
} from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { startTestGithub, tinyTemplate, type TestGithub } from '../../support/factories-workspaces.ts';
import { watchOf } from '../../support/github-watch.ts';

/** Nobody listens there: every delivery fails. */
const nowhere = 'http://127.0.0.1:1/api/github/webhooks';
const owner = 'tenon-hire-dev';

/** Workspaces with real repositories at a local GitHub whose webhooks reach nobody. */
export interface ReconciliationPlace {
  readonly database: TestDatabase;
  readonly github: TestGithub;
  readonly octokit: Octokit;
  readonly metrics: Metrics;
  readonly activities: ReturnType<typeof githubActivities>;
  workspace(session?: SessionFields, fields?: Parameters<typeof makeWorkspace>[2]): Promise<Workspace>;
  /** Commits a file to the default branch; gives the commit. */
  commit(workspace: Pick<Workspace, 'repoFullName'>): Promise<string>;
}

let counted = 0;

/** `webhookUrl`: where GitHub’s hook sends to; whoever gives one has emptied the database already. */
export async function reconciliationPlace(
  webhookUrl?: string,
  secret = 'a-secret-of-the-tests',
): Promise<ReconciliationPlace> {
  const database = await (webhookUrl === undefined ? resetDatabase() : testDatabase());
  const url = webhookUrl ?? nowhere;
  const github = await startTestGithub({ url, secret });
  const octokit = new Octokit({ baseUrl: github.apiUrl, auth: github.token });
  const metrics = createMetrics({ processMetrics: false });
  const activities = githubActivities({
    units: database.uow,
    watch: watchOf(github, url),
    metrics,
    settings: { github: { webhookSecret: secret } },
    log: createLogger('test', 'silent'),
  });

  async function headOf(repo: string): Promise<string> {
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/branches/{branch}', {
      owner,
      repo,
      branch: 'main',
    });
    return data.commit.sha;
  }

  return {
    database,
    github,
    octokit,
    metrics,
    activities,
    async workspace(session = {}, fields = {}) {
      const name = `work-${(counted += 1)}`;
      const [templateOwner = '', templateName = ''] = tinyTemplate.split('/');
      const { data } = await octokit.request('POST /repos/{template_owner}/{template_repo}/generate', {
        template_owner: templateOwner,
        template_repo: templateName,
        owner,
        name,
        private: true,
      });
      const base = await headOf(name);
      const made = await makeSession(await makeSimulation(await makeUser()), session);
      return makeWorkspace(made, taskOf(made, 'code'), {
        repoFullName: `${owner}/${name}`,
        repoId: String(data.id),
        baseTemplateSha: base,
        latestCommitSha: base,
        ...fields,
      });
    },
    async commit({ repoFullName }) {
      const [, repo = ''] = repoFullName.split('/');
      const { data } = await octokit.request('PUT /repos/{owner}/{repo}/contents/{path}', {
        owner,
        repo,
        path: `file-${(counted += 1)}.txt`,
        message: 'words of a candidate',
        content: Buffer.from(`${counted}`).toString('base64'),
      });
      return data.commit.sha ?? '';
    },
  };
}

/** The ledger of a workspace, oldest first. */
export function ledgerOf({ database }: ReconciliationPlace, { id }: Pick<Workspace, 'id'>) {
  return database.rows<{ source: string; after_sha: string; pusher_login: string | null; pushed_at: Date | null }>(
    'select source, after_sha, pusher_login, pushed_at from workspace_pushes where workspace_id = $1 order by id',
    [id],
  );
}

/** What the row says now. */
export async function rowOf({ database }: ReconciliationPlace, { id }: Pick<Workspace, 'id'>) {
  const [row] = await database.rows<{
    head: string;
    name: string;
    error: string | null;
    due: boolean;
    looked: boolean;
  }>(
    `select latest_commit_sha as head, repo_full_name as name, error_code as error, repo_look_due_at is not null as due,
       repo_looked_at is not null as looked from workspaces where id = $1`,
    [id],
  );
  return row;
}
