import type { WorkflowStart } from '../core/outbox.ts';
import {
  candidateSessionStart,
  sessionChangedSignal,
  sessionRef,
} from '../workflows/hiring/candidate-session.contract.ts';
import { emailStart } from '../workflows/mail/email.contract.ts';
import { testRunStart } from '../workflows/workspaces/test-run.contract.ts';
import { workspaceStart } from '../workflows/workspaces/workspace.contract.ts';

/** An unfinished row; `settling` is younger than a minute, so that its workflow may be on its way. */
export interface OpenRow {
  readonly id: string;
  readonly orgId: string;
  readonly generation: number;
  readonly sessionId: string | null;
  readonly settling: boolean;
}

/** How one kind of row and its workflow belong together. */
export interface ReconciledKind {
  /** The search attribute TenonKind. */
  readonly kind: string;
  readonly table: string;
  readonly idType: 'bigint' | 'uuid';
  /** SQL: the row is not finished. */
  readonly unfinished: string;
  /** Columns of the row's life and of its session, as SQL. */
  readonly generation: string;
  readonly sessionId: string;
  startOf(row: OpenRow): WorkflowStart;
  /** Makes an open workflow look at its row, where it can. */
  readonly nudge?: string;
}

const refOf = ({ sessionId, id }: OpenRow): string => (sessionId === null ? id : sessionRef(sessionId));

export const reconciledKinds: readonly ReconciledKind[] = [
  {
    kind: 'candidate-session',
    table: 'candidate_sessions',
    idType: 'bigint',
    unfinished: `status in ('not_started', 'in_progress')`,
    generation: 'generation',
    sessionId: 'id',
    startOf: ({ orgId, id, generation }) => candidateSessionStart({ orgId, sessionId: id, generation }),
    nudge: sessionChangedSignal,
  },
  {
    kind: 'workspace',
    table: 'workspaces',
    idType: 'uuid',
    // A ready one whose last life has not settled waits for access under another name, or for its end; a settled one may wait for
    // its protection.
    unfinished: `(status in ('requested', 'provisioning')
      or ((status = 'ready' or repository_state in ('archiving', 'deleting')) and settled_generation < generation)
      or (status = 'ready' and repository_state = 'open' and protection = 'wanted'))`,
    generation: 'generation',
    sessionId: 'candidate_session_id',
    startOf: (row) => workspaceStart({ orgId: row.orgId, workspaceId: row.id, generation: row.generation }, refOf(row)),
  },
  {
    kind: 'test-run',
    table: 'test_runs',
    idType: 'uuid',
    unfinished: `status in ('queued', 'running')`,
    generation: '1',
    sessionId: 'candidate_session_id',
    // No grace: whatever the webhook had to say was said while no workflow listened.
    startOf: (row) => testRunStart({ orgId: row.orgId, runId: row.id, graceMs: 0 }, refOf(row)),
  },
  {
    kind: 'email',
    table: 'emails',
    idType: 'uuid',
    unfinished: `status = 'queued'`,
    generation: '1',
    sessionId: 'candidate_session_id',
    startOf: (row) => emailStart({ orgId: row.orgId, emailId: row.id }, refOf(row)),
  },
];
