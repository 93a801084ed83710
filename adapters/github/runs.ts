import type { Client } from './client.ts';
import { statusOf, unexpectedReply } from './errors.ts';
import type { ForgeRun, GithubForge } from './forge.ts';
import { idOf, parts, workflowFiles } from './names.ts';

type Calls = Pick<
  GithubForge,
  'hasWorkflowFile' | 'workflowIsDispatchable' | 'findRunByMarker' | 'getRun' | 'listArtifacts'
>;

interface RunReply {
  readonly id: number | bigint;
  readonly status: string | null;
  readonly conclusion: string | null;
  readonly head_sha: string;
  readonly html_url: string;
  readonly display_title?: string;
  readonly name?: string | null;
}

/** Workflows, their runs and what the runs left. */
export function runCalls({ rest }: Client): Calls {
  return {
    async hasWorkflowFile(repo, workflowFile) {
      const names = workflowFiles(workflowFile).map((file) => file.slice(file.lastIndexOf('/') + 1));
      for (const name of new Set(names)) {
        const path = `.github/workflows/${name}`;
        if (await found(() => rest.repos.getContent({ ...parts(repo), path }))) return true;
      }
      return false;
    },

    async workflowIsDispatchable(repo, workflowFile) {
      for (const workflow_id of workflowFiles(workflowFile)) {
        const reply = await found(() => rest.actions.getWorkflow({ ...parts(repo), workflow_id }));
        if (reply) return reply.data.state === 'active';
      }
      return false;
    },

    async findRunByMarker(repo, marker) {
      const { data } = await rest.actions.listWorkflowRunsForRepo({
        ...parts(repo),
        event: 'workflow_dispatch',
        per_page: 100,
      });
      const run = data.workflow_runs.find(
        ({ display_title, name }: RunReply) => (display_title ?? '').includes(marker) || (name ?? '').includes(marker),
      );
      return run ? presentRun(run) : null;
    },

    async getRun(repo, githubRunId) {
      return presentRun((await rest.actions.getWorkflowRun({ ...parts(repo), run_id: Number(githubRunId) })).data);
    },

    async listArtifacts(repo, githubRunId) {
      const { data } = await rest.actions.listWorkflowRunArtifacts({
        ...parts(repo),
        run_id: Number(githubRunId),
        per_page: 100,
      });
      return data.artifacts.map(({ id, name, expired, size_in_bytes }) => {
        if (typeof name !== 'string') throw unexpectedReply('listArtifacts');
        return { id: idOf(id, 'listArtifacts'), name, expired, sizeBytes: size_in_bytes };
      });
    },
  };
}

async function found<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

const word = /^[a-z_]{1,100}$/;
const sha = /^[0-9a-f]{40,64}$/;
const looksLike = (value: unknown, form: RegExp): boolean => typeof value === 'string' && form.test(value);

/** What is kept of a run goes into rows and addresses: it has GitHub's form or is not GitHub's. */
function presentRun({ id, status, conclusion, head_sha, html_url, display_title, name }: RunReply): ForgeRun {
  if (!looksLike(head_sha, sha) || !looksLike(status ?? 'queued', word) || !looksLike(conclusion ?? 'none', word))
    throw unexpectedReply('getRun');
  return {
    id: idOf(id, 'getRun'),
    status: status ?? 'queued',
    conclusion: conclusion ?? null,
    headSha: head_sha,
    htmlUrl: html_url,
    name: display_title ?? name ?? '',
  };
}
