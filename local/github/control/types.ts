import type { WriteLimitSetting } from '../rest/write-limits.ts';
import type { GrantedPermissions, RunConclusion } from '../state.ts';
import type { WebhookMode } from '../webhooks/gate.ts';
import type { InstallationAction } from '../webhooks/installations.ts';
import type { ReceivedCall } from './calls.ts';
import type { Fault } from './faults.ts';

/** The wire of the control API, shared by its server and its client. */
export interface ForcedEntry {
  path: string;
  text?: string;
  base64?: string;
  /** The size that the archive claims. */
  declaredSizeBytes?: number;
  mode?: number;
}

export type ForcedArtifact =
  { name: string; expired?: boolean; entries: ForcedEntry[] } | { name: string; expired?: boolean; rawBase64: string };

export interface NextRuns {
  conclusion: RunConclusion;
  artifacts?: ForcedArtifact[];
  afterMs?: number;
  leaveInProgress?: boolean;
  /** `owner/name`; absent: any repository. */
  repository?: string;
  count?: number;
}

export interface FinishRun {
  conclusion: RunConclusion;
  artifacts?: ForcedArtifact[];
}

export interface WebhookSetting {
  mode: WebhookMode;
  count?: number;
}

/** What an installation of the App is said to have gone through; nothing else changes. */
export interface InstallationChange {
  id: number;
  action: InstallationAction;
}

export interface GenerateDelay {
  /** -1: until released. */
  ms: number;
  /** How much later the repository's workflows become known. */
  workflowsMs?: number;
}

/** What the organisation's administrator changes on the installation's page. */
export interface AppSetting {
  permissions?: GrantedPermissions;
  isInstalled?: boolean;
}

/** A token of the app's installation that has not ended. */
export interface LivingAppToken {
  /** Names; null: every repository. */
  repositories: string[] | null;
  permissions: GrantedPermissions;
  expiresAt: string;
}

export interface CallLog {
  calls: ReceivedCall[];
  counts: Record<string, number>;
  statuses: Record<string, number>;
}

export type { Fault, WriteLimitSetting };
