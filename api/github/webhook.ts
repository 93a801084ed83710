import Joi from 'joi';
import { AppError } from '../../core/errors.ts';
import { anonymous, systemActor } from '../../domain/identity/actor.ts';
import { webhookGraceMs } from '../../services/workspaces/test-runs.ts';
import {
  findRunOf,
  recordDelivery,
  tellRunFinished,
  type Delivery,
} from '../../services/workspaces/webhook-deliveries.ts';
import { webhook } from '../actors.ts';
import type { App } from '../app.ts';
import { endpoint, rawBody } from '../endpoint.ts';
import { isSigned } from '../middleware/auth/github-signature.ts';
import { readCompletedRun, type CompletedRun } from './workflow-run-event.ts';

interface WebhookHeaders {
  readonly 'x-github-delivery': string;
  readonly 'x-github-event': string;
  readonly 'x-hub-signature-256': string;
}

const webhookHeaders = Joi.object<WebhookHeaders, true>({
  'x-github-delivery': Joi.string().max(100).required(),
  'x-github-event': Joi.string().max(100).required(),
  'x-hub-signature-256': Joi.string().required(),
});

/** What GitHub sends at most. */
const LIMIT_BYTES = 25 * 1024 * 1024;
/** Metric labels must be few, whatever is sent. */
const KNOWN_EVENTS = new Set(['ping', 'push', 'repository', 'workflow_run']);

export const githubWebhook = endpoint({
  method: 'post',
  path: '/api/github/webhooks',
  summary: 'What GitHub tells: the end of a workflow run',
  description:
    'Checked by X-Hub-Signature-256 over the bytes as sent. Every delivery counts once, by X-GitHub-Delivery, unless it was about a run that we did not know yet; other events are accepted and ignored.',
  auth: webhook,
  may: 'public',
  limit: 'none',
  input: { headers: webhookHeaders, raw: rawBody(LIMIT_BYTES) },
  replies: { 202: Joi.object<{ status: 'accepted' }, true>({ status: Joi.string().valid('accepted') }) },
  errors: [],
  dialect: { validationStatus: 400 },
  async handle({ app, input: { headers, raw } }) {
    const { webhookSecret } = app.settings.github;
    if (webhookSecret === undefined) throw new AppError('WEBHOOKS_NOT_CONFIGURED');
    if (raw.length === 0 || !isSigned(raw, headers['x-hub-signature-256'], webhookSecret)) {
      throw new AppError('WEBHOOK_SIGNATURE_INVALID');
    }
    const event = headers['x-github-event'];
    const run = readCompletedRun(event, raw);
    const outcome = run ? await take(app, headers['x-github-delivery'], run) : 'ignored';
    app.metrics.webhooks.inc({ event: KNOWN_EVENTS.has(event) ? event : 'other', outcome });
    return { status: 202, body: { status: 'accepted' as const } };
  },
});

/** One unit of work in the run's organisation: the delivery and the signal it causes, or neither. */
async function take(
  app: App,
  deliveryId: string,
  { repoId, ...finished }: CompletedRun,
): Promise<'signalled' | 'repeated' | 'unknown_run'> {
  const delivery: Delivery = {
    deliveryId,
    event: 'workflow_run',
    action: 'completed',
    repoId,
    githubRunId: finished.githubRunId,
  };
  const look = () => app.uow.read(anonymous, (uow) => findRunOf(uow, delivery));
  let known = await look();
  if (!known) {
    const isNew = await app.uow.write(anonymous, (uow) => recordDelivery(uow, delivery, false));
    known = await look(); // whoever has made it known meanwhile may have looked for deliveries before ours was there
    if (!known) return isNew ? 'unknown_run' : 'repeated'; // told again later, it may be known
  }
  const { orgId, runId } = known;
  const graceMs = webhookGraceMs(app.settings.github);
  return app.uow.write(systemActor(orgId, 'github-webhook'), async (uow) => {
    if (!(await recordDelivery(uow, delivery, true))) return 'repeated';
    await tellRunFinished(uow, runId, finished, graceMs);
    return 'signalled';
  });
}
