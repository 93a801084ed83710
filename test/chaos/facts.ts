import type { RepositoryState } from '../../domain/workspaces/closing.ts';
import type { Accepted } from './client.ts';

/** A row that owns a workflow. */
export interface OwnedRow {
  readonly kind: string;
  readonly id: string;
  readonly orgId: string;
  /** Of its present life. */
  readonly workflowId: string;
  readonly generation: number;
  readonly unfinished: boolean;
}

export interface SeenWorkflow {
  readonly workflowId: string;
  readonly kind: string;
  readonly orgId: string;
  /** Temporal's name, e.g. `RUNNING`. */
  readonly status: string;
}

/** A row that an accepted request made; two requests of the workload never share a name. */
export interface MadeRow extends Accepted {
  readonly name: string;
}

export interface RunFacts {
  readonly id: string;
  readonly githubRunId: string | null;
  readonly ended: boolean;
  /** Of the keyed effect `dispatch/<id>`. */
  readonly effect: 'intent' | 'done' | 'unknown' | null;
}

export interface WorkspaceFacts {
  readonly id: string;
  readonly repo: string;
  readonly repoId: string | null;
  readonly state: RepositoryState;
}

export interface FarRepository {
  readonly id: string;
  readonly repo: string;
  readonly description: string;
  readonly archived: boolean;
}

/** Something done that the audit trail must name, by one of the actions. */
export interface Change {
  readonly orgId: string;
  readonly actions: readonly string[];
  readonly id: string;
  /** Once, if not said. */
  readonly times?: number;
}

export interface AuditFacts {
  readonly orgId: string;
  /** Why the hash chain is not whole. */
  readonly fault: string | undefined;
  readonly entries: readonly { readonly action: string; readonly id: string }[];
}

/** Everything that is known of both sides when the system is quiet. */
export interface Facts {
  readonly rows: readonly OwnedRow[];
  readonly workflows: readonly SeenWorkflow[];
  readonly outbox: readonly { readonly id: string; readonly workflowId: string; readonly delivered: boolean }[];
  readonly made: readonly MadeRow[];
  readonly runs: readonly RunFacts[];
  /** Dispatches that GitHub has taken, with the run that each names as its own. */
  readonly farRuns: readonly { readonly id: string; readonly marker: string }[];
  readonly workspaces: readonly WorkspaceFacts[];
  readonly farRepositories: readonly FarRepository[];
  readonly emails: readonly { readonly id: string; readonly status: string; readonly to: string }[];
  readonly mails: readonly { readonly emailId: string; readonly to: readonly string[] }[];
  /** How often something was asked for, and how many mails were queued for it. */
  readonly asked: readonly { readonly what: string; readonly asked: number; readonly mails: number }[];
  /** Secrets that are still good, of a sort of which one alone may be. */
  readonly live: readonly { readonly what: string; readonly count: number }[];
  readonly changes: readonly Change[];
  readonly audit: readonly AuditFacts[];
  /** Where a secret was found; the secret itself is not repeated. */
  readonly leaks: readonly string[];
}
