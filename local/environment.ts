/** The local stack's addresses, as far as the worker, the API and the scripts need them. */
export interface Addresses {
  readonly api: string;
  readonly workerMetricsPort: number;
  readonly apiPort: number;
  /** As tenon_app. */
  readonly database: string;
  readonly databaseDirect: string;
  readonly databaseSystem: string;
  readonly temporal: string;
  readonly temporalNamespace: string;
  readonly temporalUi: string;
  readonly github: string;
  /** Where the OpenID provider listens. */
  readonly identity: string;
  /** Exactly as in the tokens. */
  readonly issuer: string;
  readonly jwks: string;
  readonly audience: string;
  readonly smtp: string;
}

export interface AppSecrets {
  readonly githubToken: string;
  readonly githubAppKey: string;
  readonly githubWebhook: string;
  readonly linkKey: string;
}

const INHERITED = /^(PATH|HOME|USER|SHELL|TMPDIR|TZ|LANG|LC_.*|XDG_CACHE_HOME|NODE_EXTRA_CA_CERTS)$/;
/** Harmless settings that a user may give to `npm start`; every other one is the stack's. */
const SETTABLE =
  /^(LOG_LEVEL|DATABASE_POOL_SIZE|TENON_CORS_ALLOW_ORIGINS|TENON_CANDIDATE_PORTAL_BASE_URL|TENON_EMAIL_FROM|TENON_WORKSPACE_RETENTION_DAYS|TEMPORAL_API_KEY|TEMPORAL_TLS)$/;

/** What every component gets of our own environment: no secrets, no settings of npm or of another Tenon. */
export function baseEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return pick(env, INHERITED);
}

/** The settings of worker and API (core/settings.ts reads them). */
export function appEnvironment(
  at: Addresses,
  secrets: AppSecrets,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return {
    ...baseEnvironment(env),
    TENON_CANDIDATE_PORTAL_BASE_URL: 'http://localhost:3000',
    TENON_EMAIL_FROM: 'Tenon <no-reply@tenon.local>',
    LOG_LEVEL: 'info',
    ...pick(env, SETTABLE),
    ENVIRONMENT: 'local',
    HOST: '127.0.0.1', // the development sign-in must not be offered to the network
    PORT: String(at.apiPort),
    TENON_PUBLIC_URL: at.api,
    METRICS_PORT: String(at.workerMetricsPort),
    DATABASE_URL: at.database,
    DATABASE_URL_DIRECT: at.databaseDirect,
    DATABASE_URL_SYSTEM: at.databaseSystem,
    TEMPORAL_ADDRESS: at.temporal,
    TEMPORAL_NAMESPACE: at.temporalNamespace,
    TEMPORAL_UI_URL: at.temporalUi,
    TENON_GITHUB_API_BASE: `${at.github}/api/v3`,
    TENON_GITHUB_WEB_BASE: at.github,
    ...githubCredentials(secrets, env),
    TENON_GITHUB_ORG: 'tenon-hire-dev',
    TENON_GITHUB_TEMPLATE_OWNER: 'tenon-hire-dev',
    TENON_GITHUB_REPO_PREFIX: 'tenon-ws-',
    TENON_GITHUB_ACTIONS_WORKFLOW_FILE: 'tenon-ci.yml',
    TENON_GITHUB_WEBHOOK_SECRET: secrets.githubWebhook,
    TENON_AUTH0_ISSUER: at.issuer,
    TENON_AUTH0_JWKS_URL: at.jwks,
    TENON_AUTH0_API_AUDIENCE: at.audience,
    TENON_EMAIL_PROVIDER: 'smtp',
    TENON_SMTP_URL: at.smtp,
    TENON_LINK_KEYS: JSON.stringify({ k1: secrets.linkKey }),
  };
}

/** The app that the local GitHub knows. */
export const localGithubAppId = 1_000_001;

function githubCredentials({ githubToken, githubAppKey }: AppSecrets, env: NodeJS.ProcessEnv): Record<string, string> {
  if (env['TENON_LOCAL_GITHUB_APP'] !== '1') return { TENON_GITHUB_TOKEN: githubToken };
  return { TENON_GITHUB_APP_ID: String(localGithubAppId), TENON_GITHUB_APP_PRIVATE_KEY: githubAppKey };
}

/** Of the API alone: a worker signs nothing. */
export function apiEnvironment({
  signingKey,
  adminApiKey,
}: {
  readonly signingKey: string;
  readonly adminApiKey: string;
}): Record<string, string> {
  return {
    TENON_JWT_KEYS: JSON.stringify({ local1: signingKey }),
    TENON_ADMIN_API_KEY: adminApiKey,
    DEV_AUTH_BYPASS: '1',
  };
}

/** Of the seed alone: an administrator to sign in as, with a password that was drawn for this stack. */
export function seedEnvironment({ seedPassword }: { readonly seedPassword: string }): Record<string, string> {
  return { SEED_ADMIN_EMAIL: seedAdminEmail, SEED_ADMIN_PASSWORD: seedPassword };
}

export const seedAdminEmail = 'admin@local.test';

function pick(env: NodeJS.ProcessEnv, names: RegExp): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && names.test(name)) picked[name] = value;
  return picked;
}
