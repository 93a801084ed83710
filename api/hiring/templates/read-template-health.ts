import Joi from 'joi';
import { AppError } from '../../../core/errors.ts';
import { templateCatalogue } from '../../../domain/hiring/template-catalogue.ts';
import { healthModes, type HealthMode } from '../../../domain/hiring/template-health.ts';
import { adminKey } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { checkTemplates } from './check-templates.ts';
import { healthReply } from './health-reply.ts';

/** GitHub does not mind a few readers. */
const AT_ONCE = 5;

interface HealthQuery {
  readonly mode: HealthMode;
}

export const readTemplateHealth = endpoint({
  method: 'get',
  path: '/api/admin/templates/health',
  summary: 'What every template repository of the catalogue looks like, without running anything',
  description: 'Each template’s repository, default branch and workflow file. 404 without the administrators’ key.',
  auth: adminKey,
  may: 'public',
  input: {
    query: Joi.object<HealthQuery, true>({
      mode: Joi.string()
        .valid(...healthModes)
        .default('static'),
    }),
  },
  replies: { 200: healthReply },
  errors: ['LIVE_CHECKS_BY_POST', 'TEMPLATE_CHECKS_UNAVAILABLE', 'TEMPLATE_CHECKS_UNFINISHED'],
  async handle({ app, input: { query }, request: { signal } }) {
    if (query.mode === 'live') throw new AppError('LIVE_CHECKS_BY_POST');
    const wanted = {
      templateKeys: Object.keys(templateCatalogue),
      mode: query.mode,
      timeoutSeconds: 1,
      concurrency: AT_ONCE,
    };
    return { status: 200, body: await checkTemplates(app, wanted, signal) };
  },
});
