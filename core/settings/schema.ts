import Joi from 'joi';

const postgres = Joi.string().uri({ scheme: ['postgres', 'postgresql'] });
const web = Joi.string().uri({ scheme: ['http', 'https'] });
const onOff = Joi.string().valid('0', '1').default('0');

/** Days. A week at least, because a session that ended by mistake may begin anew. */
export const retentionBounds = { min: 7, max: 3_650 } as const;

/** Every setting by its name in the environment. What several of them say together is checked where they are read. */
export const settingsSchema = Joi.object<Record<string, string | number | undefined>>({
  ENVIRONMENT: Joi.string().valid('local', 'test', 'staging', 'production'),
  ENV: Joi.string().valid('local', 'test', 'staging', 'production'),
  LOG_LEVEL: Joi.string().valid('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  HOST: Joi.string().ip({ version: ['ipv4', 'ipv6'], cidr: 'forbidden' }),
  PORT: Joi.number().port().default(8000),
  METRICS_PORT: Joi.number().port().default(9464),
  DEV_AUTH_BYPASS: onOff,
  TENON_TRUST_PROXY: onOff,
  TENON_PUBLIC_URL: web,
  TENON_CORS_ALLOW_ORIGINS: Joi.string().default('http://localhost:3000,http://127.0.0.1:3000'),
  TENON_CORS_ALLOW_ORIGIN_REGEX: Joi.string(),
  TENON_RATE_LIMITS: Joi.string(),
  DATABASE_URL: postgres.required(),
  DATABASE_URL_DIRECT: postgres,
  DATABASE_URL_SYSTEM: postgres.required(),
  DATABASE_POOL_SIZE: Joi.number().integer().min(1).max(200).default(10),
  TEMPORAL_ADDRESS: Joi.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: Joi.string().default('default'),
  TEMPORAL_UI_URL: Joi.string().uri().default('http://127.0.0.1:8233'),
  TEMPORAL_API_KEY: Joi.string(),
  TEMPORAL_TLS: onOff,
  TENON_GITHUB_API_BASE: web.default('https://api.github.com'),
  TENON_GITHUB_WEB_BASE: web.default('https://github.com'),
  TENON_GITHUB_TOKEN: Joi.string().min(8),
  TENON_GITHUB_APP_ID: Joi.string().pattern(/^(\d{1,15}|Iv[\w.]{8,40})$/, 'number or client id of a GitHub App'),
  TENON_GITHUB_APP_PRIVATE_KEY: Joi.string(),
  TENON_GITHUB_APP_INSTALLATION_ID: Joi.string().pattern(/^\d{1,15}$/, 'number'),
  TENON_GITHUB_ORG: Joi.string(),
  TENON_GITHUB_TEMPLATE_OWNER: Joi.string().default(
    Joi.ref('TENON_GITHUB_ORG', { adjust: (org: unknown) => org ?? 'tenon-hire-dev' }),
  ),
  TENON_GITHUB_REPO_PREFIX: Joi.string()
    .pattern(/^[A-Za-z0-9._-]{1,40}$/)
    .default('tenon-ws-'),
  TENON_GITHUB_ACTIONS_WORKFLOW_FILE: Joi.string().default('tenon-ci.yml'),
  TENON_GITHUB_WRITE_LIMITS: Joi.string(),
  TENON_GITHUB_WEBHOOK_SECRET: Joi.string().min(16),
  // No default: nothing is deleted unless somebody says so.
  TENON_WORKSPACE_RETENTION_DAYS: Joi.number().integer().min(retentionBounds.min).max(retentionBounds.max),
  TENON_AUTH0_DOMAIN: Joi.string(),
  TENON_AUTH0_ISSUER: Joi.string().uri(),
  TENON_AUTH0_JWKS_URL: Joi.string().uri(),
  TENON_AUTH0_API_AUDIENCE: Joi.string().required(),
  TENON_AUTH0_ALGORITHMS: Joi.string().default('RS256'),
  TENON_AUTH0_CLAIM_NAMESPACE: Joi.string().default('https://tenon.ai'),
  TENON_AUTH0_EMAIL_CLAIM: Joi.string(),
  TENON_AUTH0_ROLES_CLAIM: Joi.string(),
  TENON_AUTH0_PERMISSIONS_CLAIM: Joi.string(),
  TENON_JWT_KEYS: Joi.string(),
  TENON_JWT_AUDIENCE: Joi.string().default('tenon'),
  JWT_EXPIRE_MINUTES: Joi.number().integer().min(1).max(1440).default(30),
  TENON_REFRESH_TOKEN_DAYS: Joi.number().integer().min(1).max(90).default(7),
  TENON_PASSWORD_MIN_LENGTH: Joi.number().integer().min(6).max(64).default(8),
  TENON_EMAIL_VERIFICATION: Joi.string().valid('required', 'optional'),
  TENON_ACCOUNT_PORTAL_URL: web,
  TENON_CANDIDATE_PORTAL_BASE_URL: web.default('http://localhost:3000'),
  TENON_EMAIL_PROVIDER: Joi.string().valid('smtp', 'resend').default('smtp'),
  TENON_EMAIL_FROM: Joi.string().default('Tenon <no-reply@tenon.local>'),
  TENON_SMTP_URL: Joi.string()
    .uri({ scheme: ['smtp', 'smtps'] })
    .when('TENON_EMAIL_PROVIDER', { not: 'smtp', otherwise: Joi.required() }),
  RESEND_API_KEY: Joi.string().min(16).when('TENON_EMAIL_PROVIDER', { not: 'resend', otherwise: Joi.required() }),
  RESEND_WEBHOOK_SECRET: Joi.string().pattern(/^whsec_[A-Za-z0-9+/]{24,}={0,2}$/, 'whsec_ and base64'),
  TENON_ADMIN_API_KEY: Joi.string().min(8).max(200),
  TENON_LINK_KEYS: Joi.string().required(),
});
