import type { EmailStatus } from '../../domain/mail/email.ts';
import { taskQueues } from '../queues.contract.ts';

export interface EmailInput {
  readonly orgId: string;
  readonly emailId: string;
}

export interface EmailResult {
  readonly status: EmailStatus;
}

/** Under which the mails of an account are found in the Web UI. */
export function accountRef(userId: string): string {
  return `account-${userId}`;
}

/** One mail: render, send once. */
export function emailStart({ orgId, emailId }: EmailInput, ref: string) {
  return {
    workflowId: `email/${emailId}`,
    type: 'email',
    taskQueue: taskQueues.db,
    input: { orgId, emailId },
    orgId,
    kind: 'email',
    ref,
    summary: `Mail ${emailId}: render it and send it once`,
  };
}
