import Joi from 'joi';
import { actionOf, eventLabel, isRead, readGithubEvent } from '../../domain/github/events.ts';
import { takeDelivery } from '../../services/github/take-delivery.ts';
import { webhookGraceMs } from '../../services/workspaces/test-runs.ts';
import { webhook } from '../actors.ts';
import { endpoint, rawBody } from '../endpoint.ts';
import { parsePayload } from './payload.ts';

interface WebhookHeaders {
  readonly 'x-github-delivery': string;
  readonly 'x-github-event': string;
  readonly 'x-hub-signature-256': string;
}

const webhookHeaders = Joi.object<WebhookHeaders, true>({
  'x-github-delivery': Joi.string().max(100).required(),
  'x-github-event': Joi.string().max(100).required(),
  'x-hub-signature-256': Joi.string().required(), // checked by the door
});

/** What GitHub sends at most. */
const LIMIT_BYTES = 25 * 1024 * 1024;

export const githubWebhook = endpoint({
  method: 'post',
  path: '/api/github/webhooks',
  summary: 'What GitHub tells: ends of workflow runs, pushes, repositories, installations of the App',
  description:
    'Checked by X-Hub-Signature-256 over the bytes as they arrive. Every delivery counts once, by X-GitHub-Delivery, unless it was about something that was not ours yet; other events are accepted and ignored.',
  auth: webhook,
  may: 'public',
  limit: 'none',
  input: { headers: webhookHeaders, raw: rawBody(LIMIT_BYTES) },
  replies: { 202: Joi.object<{ status: 'accepted' }, true>({ status: Joi.string().valid('accepted') }) },
  errors: [],
  dialect: { validationStatus: 400 },
  async handle({ app, input: { headers, raw } }) {
    const event = headers['x-github-event'];
    const payload = isRead(event) ? await parsePayload(raw) : undefined;
    const outcome = await takeDelivery(
      { units: app.uow, log: app.log, graceMs: webhookGraceMs(app.settings.github) },
      {
        deliveryId: headers['x-github-delivery'],
        event: eventLabel(event),
        action: actionOf(payload),
        recovered: false,
        told: readGithubEvent(event, payload),
      },
    );
    app.metrics.webhooks.inc({ event: eventLabel(event), outcome });
    return { status: 202, body: { status: 'accepted' as const } };
  },
});
