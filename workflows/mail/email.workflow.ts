import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { mailActivities } from '../../activities/mail.ts';
import { failureOf } from '../failure.ts';
import { taskQueues } from '../queues.contract.ts';
import type { EmailInput, EmailResult } from './email.contract.ts';

type Activities = ReturnType<typeof mailActivities>;

const mail = proxyActivities<Pick<Activities, 'sendEmail'>>({
  taskQueue: taskQueues.mail,
  heartbeatTimeout: '10s', // the worker beats for it: a dead worker is noticed soon
  startToCloseTimeout: '40s', // the adapter gives up after 25 s; the rest is our own rows
  scheduleToCloseTimeout: '24h', // a mail server that is away mostly comes back within a day; later the mail surprises
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '10m' }, // gentle to a server in trouble
});

const db = proxyActivities<Pick<Activities, 'recordEmailFailure'>>({
  taskQueue: taskQueues.db,
  startToCloseTimeout: '10s', // one unit of work
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' }, // for ever: the row must say how it ended
});

/** One mail, sent at most once: only what the mail server refused for certain is tried again. */
export async function emailWorkflow(input: EmailInput): Promise<EmailResult> {
  try {
    return await mail.sendEmail(input);
  } catch (error) {
    const { reason } = failureOf(error);
    await CancellationScope.nonCancellable(() => db.recordEmailFailure({ ...input, reason }));
    throw error;
  }
}
