import Joi from 'joi';
import { templateCatalogue } from '../../../domain/hiring/template-catalogue.ts';
import { clampedTimeoutSeconds } from '../../../domain/hiring/template-health.ts';
import { adminKey } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { checkTemplates } from './check-templates.ts';
import { healthReply } from './health-reply.ts';

const MOST = 5;

interface LiveBody {
  readonly mode: 'live';
  readonly templateKeys: string[];
  readonly timeoutSeconds: number;
  readonly concurrency: number;
}

const liveOnly = 'Only live mode is supported for this endpoint';
const required = 'templateKeys is required';

/** The mode comes first: who asks for another one is told that before anything else. */
const body = Joi.object<LiveBody, true>({
  mode: Joi.string().valid('live').default('live').messages({ 'any.only': liveOnly, 'string.base': liveOnly }),
  templateKeys: Joi.array<string[]>()
    .items(Joi.any())
    .min(1)
    .max(MOST)
    .required()
    .custom((keys: readonly unknown[], helpers) => {
      const unknown = keys.filter((key) => typeof key !== 'string' || !Object.hasOwn(templateCatalogue, key));
      return unknown.length === 0
        ? keys
        : helpers.error('templateKeys.unknown', { keys: unknown.map(shown).join(', ') });
    })
    .messages({
      'any.required': required,
      'array.min': required,
      'array.max': `templateKeys must include ${MOST} or fewer items`,
      'templateKeys.unknown': 'Invalid templateKeys: {#keys}',
    }),
  timeoutSeconds: Joi.number().integer().default(180),
  concurrency: Joi.number().integer().default(2),
});

function shown(key: unknown): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}

export const runTemplateHealth = endpoint({
  method: 'post',
  path: '/api/admin/templates/health/run',
  summary: 'Really runs the tests of up to five templates, and rehearses those that bring a solution',
  description:
    'Waits for the result: 1 to 600 s (timeoutSeconds) for each batch of templates. A template with a branch `solution` must fail as it comes and pass with it (`dryRun`). The checks go on when the client leaves. 404 without the administrators’ key.',
  auth: adminKey,
  may: 'public',
  input: { body },
  replies: { 200: healthReply },
  errors: ['TEMPLATE_CHECKS_UNAVAILABLE', 'TEMPLATE_CHECKS_UNFINISHED'],
  async handle({ app, input, request: { signal } }) {
    const { templateKeys, mode, timeoutSeconds, concurrency } = input.body;
    const wanted = {
      templateKeys,
      mode,
      timeoutSeconds: clampedTimeoutSeconds(timeoutSeconds),
      concurrency: Math.min(Math.max(concurrency, 1), MOST),
    };
    return { status: 200, body: await checkTemplates(app, wanted, signal) };
  },
});
