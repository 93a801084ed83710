import Joi from 'joi';
import { webhookModes } from '../webhooks/gate.ts';
import { documentedLimits } from '../rest/write-limits.ts';
import { installationActions } from '../webhooks/installations.ts';
import type {
  AppSetting,
  Fault,
  FinishRun,
  GenerateDelay,
  InstallationChange,
  NextRuns,
  WebhookSetting,
  WriteLimitSetting,
} from './types.ts';

const conclusion = Joi.string().valid('success', 'failure', 'cancelled', 'timed_out');
const count = Joi.number().integer().min(1);
const milliseconds = Joi.number().integer().min(0);

const entry = Joi.object({
  path: Joi.string().required().allow(''),
  text: Joi.string().allow(''),
  base64: Joi.string().allow(''),
  declaredSizeBytes: Joi.number().integer().min(0).max(0xffffffff),
  mode: Joi.number().integer().min(0).max(0xffff),
}).nand('text', 'base64');

const artifact = Joi.object({
  name: Joi.string().required(),
  expired: Joi.boolean(),
  entries: Joi.array().items(entry),
  rawBase64: Joi.string().allow(''),
}).xor('entries', 'rawBase64');

export const userBody = Joi.object<{ login: string }>({
  login: Joi.string()
    .pattern(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/)
    .required(),
});

export const faultBody = Joi.object<Fault>({
  route: Joi.string(),
  status: Joi.number().integer().min(200).max(599),
  body: Joi.any(),
  headers: Joi.object().pattern(Joi.string(), Joi.string()),
  times: count,
  rateLimited: Joi.string().valid('primary', 'secondary'),
  latencyMs: milliseconds,
  hang: Joi.boolean(),
  drop: Joi.boolean(),
}).or('status', 'rateLimited', 'latencyMs', 'hang', 'drop');

export const nextRunsBody = Joi.object<NextRuns>({
  conclusion: conclusion.default('success'),
  artifacts: Joi.array().items(artifact),
  afterMs: milliseconds,
  leaveInProgress: Joi.boolean(),
  repository: Joi.string(),
  count,
});

export const finishRunBody = Joi.object<FinishRun>({
  conclusion: conclusion.required(),
  artifacts: Joi.array().items(artifact),
});

export const webhooksBody = Joi.object<WebhookSetting>({
  mode: Joi.string()
    .valid(...webhookModes)
    .required(),
  count,
});

export const installationBody = Joi.object<InstallationChange>({
  id: Joi.number().integer().min(1).required(),
  action: Joi.string()
    .valid(...installationActions)
    .required(),
});

export const writeLimitsBody = Joi.object<WriteLimitSetting>({
  perMinute: count.default(documentedLimits.perMinute),
  perHour: count.default(documentedLimits.perHour),
  compress: count.default(documentedLimits.compress),
});

export const generateDelayBody = Joi.object<GenerateDelay>({
  ms: Joi.number().integer().min(-1).required(),
  workflowsMs: milliseconds,
});

export const appBody = Joi.object<AppSetting>({
  permissions: Joi.object().pattern(Joi.string(), Joi.string().valid('read', 'write')),
  isInstalled: Joi.boolean(),
});
