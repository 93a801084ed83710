import type { Client } from '@temporalio/client';
import { allActivities } from '../activities/index.ts';
import { githubTurns } from '../activities/workspaces/turn.ts';
import { githubForge } from '../adapters/github/index.ts';
import { githubWatch } from '../adapters/github/watch.ts';
import { resendSender } from '../adapters/mail/resend.ts';
import { smtpSender, type MailSender } from '../adapters/mail/smtp.ts';
import { deliverAfterCommit } from '../core/delivery.ts';
import { goodbye } from '../core/goodbye.ts';
import type { Logger } from '../core/logger.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Settings } from '../core/settings.ts';
import { unitsOfWork } from '../core/unit-of-work.ts';
import { connect } from '../services/connect.ts';
import { completeRunSubmission, settleFailedRun, storeRunSubmission } from '../services/hiring/run-submissions.ts';
import { systemPool } from './system-pool.ts';

export interface ComposeOptions {
  readonly settings: Settings;
  readonly client: Client;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The worker's parts. Nothing here connects yet: database, GitHub and mail server may come later. */
export function composeWorker({ settings, client, metrics, log }: ComposeOptions) {
  const db = connect(settings.database.url, { poolSize: settings.database.poolSize, applicationName: 'tenon-worker' });
  const pool = systemPool(settings.database.systemUrl, log);
  const units = unitsOfWork({
    db,
    deliver: deliverAfterCommit({ client, metrics, log }),
    onMarkError: (error) => log.warn({ err: error }, 'delivered, but not marked so'),
  });
  const turns = githubTurns({ units, budget: settings.github.budget, metrics, log });
  const forge = githubForge(settings.github, log, {
    onRateLimited: (seconds) =>
      turns.pause(seconds).catch((error: unknown) => log.error({ err: error }, "GitHub's limit was not noted")),
  });
  const watch = githubWatch(watchSettings(settings), log);
  const activities = allActivities({
    units,
    mail: senderOf(settings.mail),
    from: settings.mail.from,
    candidatePortalBaseUrl: settings.candidatePortalBaseUrl,
    accountPortalUrl: settings.accountPortalUrl,
    linkKeys: settings.linkKeys,
    forge,
    watch,
    turns,
    metrics,
    // A submission's own run, seen by the hiring context.
    owners: {
      submission: { dispatched: storeRunSubmission, finished: completeRunSubmission, failed: settleFailedRun },
    },
    settings,
    log,
  });
  return {
    activities,
    /** As tenon_system: relay, reconciler, sweeps. */
    system: { pool, client, metrics, log },
    async close(): Promise<void> {
      await goodbye([pool.end(), db.close(), forge.close(), watch.close()]);
    },
  };
}

/** Workspaces are made beside their templates, so that owner's hook tells of them. */
function watchSettings({ github, publicUrl }: Settings) {
  return { ...github, owner: github.templateOwner, webhookUrl: `${publicUrl}/api/github/webhooks` };
}

function senderOf({ provider }: Settings['mail']): MailSender {
  return provider.name === 'resend' ? resendSender(provider) : smtpSender(provider.url);
}
