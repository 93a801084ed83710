import type { Settings } from '../core/settings.ts';

/** Addresses that replies carry. */
export interface Links {
  /** A workflow in the Temporal Web UI. */
  workflow(workflowId: string): string;
  repository(fullName: string): string;
  /** Opens the repository in a codespace. */
  codespace(fullName: string): string;
  commit(fullName: string, sha: string): string;
  run(fullName: string, githubRunId: string): string;
  compare(fullName: string, base: string, head: string): string;
}

/** Builds links on the configured hosts; GitHub's own codespaces host only goes with github.com. */
export function linksOf({ github, temporal }: Settings): Links {
  const repository = (fullName: string): string => `${github.webBase}/${fullName}`;
  return {
    repository,
    workflow: (id) => workflowUrl(temporal, id),
    codespace: (fullName) =>
      github.webBase === 'https://github.com'
        ? `https://codespaces.new/${fullName}?quickstart=1`
        : `${github.webBase}/codespaces/new/${fullName}?quickstart=1`,
    commit: (fullName, sha) => `${repository(fullName)}/commit/${sha}`,
    run: (fullName, githubRunId) => `${repository(fullName)}/actions/runs/${githubRunId}`,
    compare: (fullName, base, head) => `${repository(fullName)}/compare/${base}...${head}`,
  };
}

/** A workflow in the Temporal Web UI. */
export function workflowUrl(
  { uiUrl, namespace }: { readonly uiUrl: string; readonly namespace: string },
  workflowId: string,
): string {
  return `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
