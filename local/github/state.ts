/** What the local GitHub remembers between starts (besides the bare repositories, zips and logs on disk). Times are ISO 8601. */

export const permissions = ['pull', 'triage', 'push', 'maintain', 'admin'] as const;
export type Permission = (typeof permissions)[number];

export interface Account {
  id: number;
  login: string;
  type: 'User' | 'Organization' | 'Bot';
  /** SHA-256 in hex; the tokens themselves are never kept. */
  tokenHashes: string[];
  createdAt: string;
}

export interface Repository {
  id: number;
  owner: string;
  name: string;
  formerNames: string[];
  private: boolean;
  description: string | null;
  isTemplate: boolean;
  archived: boolean;
  defaultBranch: string;
  templateId: number | null;
  /** `generating`: the record exists, its content does not yet. */
  content: 'ready' | 'generating';
  includeAllBranches: boolean;
  /** Until then workflows of a generated repository are not known yet. */
  workflowsKnownAt: string | null;
  collaborators: Record<string, Permission>;
  /** Names of branches that are neither deleted nor rewritten. */
  protectedBranches?: string[];
  createdBy: number;
  createdAt: string;
  updatedAt: string;
  pushedAt: string;
  lastRunNumbers: Record<string, number>;
}

export interface Invitation {
  id: number;
  repositoryId: number;
  inviteeId: number;
  inviterId: number;
  permission: Permission;
  createdAt: string;
}

export interface WorkflowFile {
  id: number;
  repositoryId: number;
  path: string;
  createdAt: string;
}

export type RunConclusion = 'success' | 'failure' | 'cancelled' | 'timed_out';

export interface StepRecord {
  name: string;
  number: number;
  conclusion: string;
  startedAt: string;
  completedAt: string;
}

export interface JobRecord {
  id: number;
  name: string;
  conclusion: string;
  startedAt: string;
  completedAt: string;
  steps: StepRecord[];
}

export interface RunRecord {
  id: number;
  repositoryId: number;
  workflowId: number;
  workflowName: string;
  workflowPath: string;
  title: string;
  runNumber: number;
  event: 'workflow_dispatch';
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: RunConclusion | null;
  /** Branch or tag name, without `refs/…/`. */
  headBranch: string;
  headRef: string;
  headSha: string;
  inputs: Record<string, string>;
  actorId: number;
  createdAt: string;
  startedAt: string;
  updatedAt: string;
  jobs: JobRecord[];
}

export interface ArtifactRecord {
  id: number;
  runId: number;
  repositoryId: number;
  name: string;
  sizeBytes: number;
  digest: string;
  expired: boolean;
  createdAt: string;
  expiresAt: string;
}

export interface HookRecord {
  id: number;
  /** null: the organisation's hook, which the server's options configure. */
  repositoryId: number | null;
  url: string;
  secret: string;
  events: string[];
  active: boolean;
  createdAt: string;
  updatedAt: string;
  lastResponse: { code: number | null; status: string; message: string | null };
}

/** By permission, as GitHub names them. */
export type GrantedPermissions = Record<string, 'read' | 'write'>;

/** A GitHub App with its one installation: on the organisation, for all of its repositories. */
export interface AppRecord {
  id: number;
  slug: string;
  /** PEM; the private key is the app's alone. */
  publicKey: string;
  /** Its account `<slug>[bot]`. */
  botId: number;
  installationId: number;
  /** What the installation has been granted. */
  permissions: GrantedPermissions;
  isInstalled: boolean;
  createdAt: string;
}

export interface InstallationToken {
  /** SHA-256 in hex. */
  hash: string;
  appId: number;
  /** null: every repository of the installation, those to come included. */
  repositoryIds: number[] | null;
  permissions: GrantedPermissions;
  expiresAt: string;
}

export interface State {
  version: 1;
  lastIds: Record<IdKind, number>;
  /** Signs the short-lived download links. */
  downloadKey: string;
  orgAdminIds: number[];
  accounts: Account[];
  repositories: Repository[];
  invitations: Invitation[];
  workflows: WorkflowFile[];
  runs: RunRecord[];
  artifacts: ArtifactRecord[];
  hooks: HookRecord[];
  apps: AppRecord[];
  installationTokens: InstallationToken[];
}

/** Ids start in the ranges that github.com has reached, so that nothing mistakes them for small integers. */
export const firstIds = {
  account: 190_000_000,
  repository: 1_050_000_000,
  invitation: 290_000_000,
  workflow: 190_000_000,
  run: 18_400_000_000,
  job: 52_300_000_000,
  artifact: 4_100_000_000,
  hook: 570_000_000,
  delivery: 249_000_000_000,
  installation: 62_000_000,
} as const;
export type IdKind = keyof typeof firstIds;
