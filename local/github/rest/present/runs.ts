import { accountById } from '../../accounts.ts';
import type { Base } from '../../base.ts';
import type { Commit } from '../../git/commits.ts';
import { githubTime, nodeId } from '../../links.ts';
import type { ArtifactRecord, JobRecord, Repository, RunRecord, WorkflowFile } from '../../state.ts';
import { presentMinimalRepository } from './repositories.ts';
import { presentUser } from './users.ts';

/** GitHub's `workflow`. */
export function presentWorkflow(
  base: Base,
  repository: Repository,
  workflow: WorkflowFile,
  name: string,
): Record<string, unknown> {
  const page = base.links.repositoryPage(repository);
  return {
    id: workflow.id,
    node_id: nodeId('Workflow', workflow.id),
    name,
    path: workflow.path,
    state: 'active',
    created_at: githubTime(workflow.createdAt),
    updated_at: githubTime(workflow.createdAt),
    url: `${base.links.repositoryApi(repository)}/actions/workflows/${workflow.id}`,
    html_url: `${page}/blob/${repository.defaultBranch}/${workflow.path}`,
    badge_url: `${page}/workflows/${encodeURIComponent(name)}/badge.svg`,
  };
}

function presentHeadCommit(commit: Commit): Record<string, unknown> {
  const person = ({ name, email }: { name: string; email: string }): object => ({ name, email });
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: githubTime(commit.committer.date),
    author: person(commit.author),
    committer: person(commit.committer),
  };
}

/** GitHub's `workflow-run`. */
export function presentRun(
  base: Base,
  repository: Repository,
  run: RunRecord,
  headCommit: Commit | null,
): Record<string, unknown> {
  const repositoryApi = base.links.repositoryApi(repository);
  const api = `${repositoryApi}/actions/runs/${run.id}`;
  const actor = accountById(base.store.state, run.actorId);
  const presentedActor = actor ? presentUser(base.links, actor) : null;
  const minimal = presentMinimalRepository(base, repository);
  return {
    id: run.id,
    name: run.workflowName,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.id + 1,
    check_suite_node_id: nodeId('CheckSuite', run.id + 1),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflowPath,
    display_title: run.title,
    run_number: run.runNumber,
    run_attempt: 1,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    url: api,
    html_url: `${base.links.repositoryPage(repository)}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: githubTime(run.createdAt),
    updated_at: githubTime(run.updatedAt),
    run_started_at: githubTime(run.startedAt),
    actor: presentedActor,
    triggering_actor: presentedActor,
    referenced_workflows: [],
    jobs_url: `${api}/jobs`,
    logs_url: `${api}/logs`,
    check_suite_url: `${repositoryApi}/check-suites/${run.id + 1}`,
    artifacts_url: `${api}/artifacts`,
    cancel_url: `${api}/cancel`,
    rerun_url: `${api}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${repositoryApi}/actions/workflows/${run.workflowId}`,
    head_commit: headCommit ? presentHeadCommit(headCommit) : null,
    repository: minimal,
    head_repository: minimal,
  };
}

/** GitHub's `job`. */
export function presentJob(
  base: Base,
  repository: Repository,
  run: RunRecord,
  job: JobRecord,
): Record<string, unknown> {
  const api = base.links.repositoryApi(repository);
  return {
    id: job.id,
    run_id: run.id,
    workflow_name: run.workflowName,
    head_branch: run.headBranch,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: 1,
    node_id: nodeId('CheckRun', job.id),
    head_sha: run.headSha,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${base.links.repositoryPage(repository)}/actions/runs/${run.id}`,
    status: 'completed',
    conclusion: job.conclusion,
    created_at: githubTime(run.createdAt),
    started_at: githubTime(job.startedAt),
    completed_at: githubTime(job.completedAt),
    name: job.name,
    steps: job.steps.map((step) => ({
      name: step.name,
      status: 'completed',
      conclusion: step.conclusion,
      number: step.number,
      started_at: githubTime(step.startedAt),
      completed_at: githubTime(step.completedAt),
    })),
    check_run_url: `${api}/check-runs/${job.id}`,
    labels: ['ubuntu-latest'],
    runner_id: 1,
    runner_name: 'Local runner',
    runner_group_id: 1,
    runner_group_name: 'Local',
  };
}

/** GitHub's `artifact`. */
export function presentArtifact(
  base: Base,
  repository: Repository,
  artifact: ArtifactRecord,
  run: RunRecord | undefined,
): Record<string, unknown> {
  const api = `${base.links.repositoryApi(repository)}/actions/artifacts/${artifact.id}`;
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.sizeBytes,
    url: api,
    archive_download_url: `${api}/zip`,
    expired: artifact.expired,
    digest: artifact.digest,
    created_at: githubTime(artifact.createdAt),
    updated_at: githubTime(artifact.createdAt),
    expires_at: githubTime(artifact.expiresAt),
    workflow_run: run
      ? {
          id: run.id,
          repository_id: repository.id,
          head_repository_id: repository.id,
          head_branch: run.headBranch,
          head_sha: run.headSha,
        }
      : null,
  };
}
