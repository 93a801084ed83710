import Joi from 'joi';

export type Environment = 'local' | 'test' | 'staging' | 'production';

/** Everything that can be set from outside, typed. Names are those of the environment; units are in them. */
export interface Settings {
  readonly environment: Environment;
  readonly logLevel: string;
  /** The address to listen on; all of them when it is not given. */
  readonly host: string | undefined;
  readonly port: number;
  readonly metricsPort: number;
  readonly devAuthBypass: boolean;
  readonly corsAllowOrigins: readonly string[];
  readonly trustProxy: boolean;
  readonly database: {
    /** As tenon_app; a transaction pooler is fine. */
    readonly url: string;
    /** As tenon_app without a transaction pooler: LISTEN needs a session. */
    readonly directUrl: string;
    /** As tenon_system: relay, reconciler, sweeps. */
    readonly systemUrl: string;
    readonly poolSize: number;
  };
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly uiUrl: string;
    readonly apiKey: string | undefined;
    readonly tls: boolean;
  };
  readonly github: {
    readonly apiBase: string;
    readonly webBase: string;
    readonly token: string;
    readonly templateOwner: string;
    readonly repoPrefix: string;
    readonly workflowFile: string;
    readonly webhookSecret: string | undefined;
  };
  readonly auth: {
    readonly issuer: string;
    readonly jwksUrl: string;
    readonly audience: string;
    readonly algorithms: readonly string[];
    readonly claimNamespace: string;
    readonly emailClaim: string;
    readonly rolesClaim: string;
    readonly permissionsClaim: string;
  };
  readonly candidatePortalBaseUrl: string;
  readonly mail: { readonly from: string; readonly smtpUrl: string };
  /** HMAC keys of links by key id; the last one signs new links, all of them verify. */
  readonly linkKeys: Readonly<Record<string, Buffer>>;
}

const DEV_SECRETS = /^(secret|changeme|password|dev|test|local)/i;

const schema = Joi.object<Record<string, string | number | undefined>>({
  ENVIRONMENT: Joi.string().valid('local', 'test', 'staging', 'production'),
  ENV: Joi.string().valid('local', 'test', 'staging', 'production'),
  LOG_LEVEL: Joi.string().valid('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  HOST: Joi.string().ip({ version: ['ipv4', 'ipv6'], cidr: 'forbidden' }),
  PORT: Joi.number().port().default(8000),
  METRICS_PORT: Joi.number().port().default(9464),
  DEV_AUTH_BYPASS: Joi.string().valid('0', '1').default('0'),
  TENON_TRUST_PROXY: Joi.string().valid('0', '1').default('0'),
  TENON_CORS_ALLOW_ORIGINS: Joi.string().default('http://localhost:3000,http://127.0.0.1:3000'),
  DATABASE_URL: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .required(),
  DATABASE_URL_DIRECT: Joi.string().uri({ scheme: ['postgres', 'postgresql'] }),
  DATABASE_URL_SYSTEM: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .required(),
  DATABASE_POOL_SIZE: Joi.number().integer().min(1).max(200).default(10),
  TEMPORAL_ADDRESS: Joi.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: Joi.string().default('default'),
  TEMPORAL_UI_URL: Joi.string().uri().default('http://127.0.0.1:8233'),
  TEMPORAL_API_KEY: Joi.string(),
  TEMPORAL_TLS: Joi.string().valid('0', '1').default('0'),
  TENON_GITHUB_API_BASE: Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .default('https://api.github.com'),
  TENON_GITHUB_WEB_BASE: Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .default('https://github.com'),
  TENON_GITHUB_TOKEN: Joi.string().min(8).required(),
  TENON_GITHUB_ORG: Joi.string(),
  TENON_GITHUB_TEMPLATE_OWNER: Joi.string().default(
    Joi.ref('TENON_GITHUB_ORG', { adjust: (org: unknown) => org ?? 'tenon-hire-dev' }),
  ),
  TENON_GITHUB_REPO_PREFIX: Joi.string()
    .pattern(/^[A-Za-z0-9._-]{1,40}$/)
    .default('tenon-ws-'),
  TENON_GITHUB_ACTIONS_WORKFLOW_FILE: Joi.string().default('tenon-ci.yml'),
  TENON_GITHUB_WEBHOOK_SECRET: Joi.string().min(16),
  TENON_AUTH0_DOMAIN: Joi.string(),
  TENON_AUTH0_ISSUER: Joi.string().uri(),
  TENON_AUTH0_JWKS_URL: Joi.string().uri(),
  TENON_AUTH0_API_AUDIENCE: Joi.string().required(),
  TENON_AUTH0_ALGORITHMS: Joi.string().default('RS256'),
  TENON_AUTH0_CLAIM_NAMESPACE: Joi.string().default('https://tenon.ai'),
  TENON_AUTH0_EMAIL_CLAIM: Joi.string(),
  TENON_AUTH0_ROLES_CLAIM: Joi.string(),
  TENON_AUTH0_PERMISSIONS_CLAIM: Joi.string(),
  TENON_CANDIDATE_PORTAL_BASE_URL: Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .default('http://localhost:3000'),
  TENON_EMAIL_PROVIDER: Joi.string().valid('smtp').default('smtp'),
  TENON_EMAIL_FROM: Joi.string().default('Tenon <no-reply@tenon.local>'),
  TENON_SMTP_URL: Joi.string()
    .uri({ scheme: ['smtp', 'smtps'] })
    .required(),
  TENON_LINK_KEYS: Joi.string().required(),
});

/** A setting is missing or wrong; the message is a sentence that names it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Reads and checks every setting at once.
 * @throws {SettingsError} naming each setting that is missing or wrong, and what it should be
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const { value, error } = schema.validate(given, { abortEarly: false, stripUnknown: true });
  if (error) throw new SettingsError(`Wrong settings: ${error.details.map((one) => one.message).join('; ')}.`);
  const text = (name: string): string => String(value[name]);
  const optional = (name: string): string | undefined => (value[name] === undefined ? undefined : String(value[name]));
  const environment = readEnvironment(optional('ENVIRONMENT'), optional('ENV'));
  const issuer = withSlash(optional('TENON_AUTH0_ISSUER') ?? issuerOf(optional('TENON_AUTH0_DOMAIN')));
  const namespace = text('TENON_AUTH0_CLAIM_NAMESPACE').replace(/\/+$/, '');
  const settings: Settings = {
    environment,
    logLevel: text('LOG_LEVEL'),
    host: optional('HOST'),
    port: Number(value['PORT']),
    metricsPort: Number(value['METRICS_PORT']),
    devAuthBypass: value['DEV_AUTH_BYPASS'] === '1',
    corsAllowOrigins: readList('TENON_CORS_ALLOW_ORIGINS', text('TENON_CORS_ALLOW_ORIGINS')),
    trustProxy: value['TENON_TRUST_PROXY'] === '1',
    database: {
      url: text('DATABASE_URL'),
      directUrl: optional('DATABASE_URL_DIRECT') ?? text('DATABASE_URL'),
      systemUrl: text('DATABASE_URL_SYSTEM'),
      poolSize: Number(value['DATABASE_POOL_SIZE']),
    },
    temporal: {
      address: text('TEMPORAL_ADDRESS'),
      namespace: text('TEMPORAL_NAMESPACE'),
      uiUrl: text('TEMPORAL_UI_URL').replace(/\/+$/, ''),
      apiKey: optional('TEMPORAL_API_KEY'),
      tls: value['TEMPORAL_TLS'] === '1',
    },
    github: {
      apiBase: text('TENON_GITHUB_API_BASE').replace(/\/+$/, ''),
      webBase: text('TENON_GITHUB_WEB_BASE').replace(/\/+$/, ''),
      token: text('TENON_GITHUB_TOKEN'),
      templateOwner: text('TENON_GITHUB_TEMPLATE_OWNER'),
      repoPrefix: text('TENON_GITHUB_REPO_PREFIX'),
      workflowFile: text('TENON_GITHUB_ACTIONS_WORKFLOW_FILE'),
      webhookSecret: optional('TENON_GITHUB_WEBHOOK_SECRET'),
    },
    auth: {
      issuer,
      jwksUrl: optional('TENON_AUTH0_JWKS_URL') ?? `${issuer}.well-known/jwks.json`,
      audience: text('TENON_AUTH0_API_AUDIENCE'),
      algorithms: readList('TENON_AUTH0_ALGORITHMS', text('TENON_AUTH0_ALGORITHMS')),
      claimNamespace: namespace,
      emailClaim: optional('TENON_AUTH0_EMAIL_CLAIM') ?? `${namespace}/email`,
      rolesClaim: optional('TENON_AUTH0_ROLES_CLAIM') ?? `${namespace}/roles`,
      permissionsClaim: optional('TENON_AUTH0_PERMISSIONS_CLAIM') ?? `${namespace}/permissions`,
    },
    candidatePortalBaseUrl: text('TENON_CANDIDATE_PORTAL_BASE_URL').replace(/\/+$/, ''),
    mail: { from: text('TENON_EMAIL_FROM'), smtpUrl: text('TENON_SMTP_URL') },
    linkKeys: readLinkKeys(text('TENON_LINK_KEYS')),
  };
  refuseDangerous(settings);
  return settings;
}

function readEnvironment(environment: string | undefined, alias: string | undefined): Environment {
  if (environment && alias && environment !== alias) {
    throw new SettingsError(
      `ENVIRONMENT is "${environment}" and ENV is "${alias}": set only one of them, or both alike.`,
    );
  }
  const name = environment ?? alias;
  if (!name) throw new SettingsError('ENVIRONMENT must be set to local, test, staging or production.');
  return name as Environment; // the schema allows just these
}

function refuseDangerous({ environment, devAuthBypass, github, auth }: Settings): void {
  if (devAuthBypass && environment !== 'local') {
    throw new SettingsError(`DEV_AUTH_BYPASS=1 is only allowed with ENVIRONMENT=local, and it is ${environment}.`);
  }
  if (auth.algorithms.length === 0 || auth.algorithms.some((name) => !/^(RS|PS|ES)(256|384|512)$/.test(name))) {
    throw new SettingsError('TENON_AUTH0_ALGORITHMS may name asymmetric algorithms only, e.g. RS256.');
  }
  if (environment !== 'production' && environment !== 'staging') return;
  for (const [name, secret] of [
    ['TENON_GITHUB_TOKEN', github.token],
    ['TENON_GITHUB_WEBHOOK_SECRET', github.webhookSecret],
  ] as const) {
    if (secret && DEV_SECRETS.test(secret))
      throw new SettingsError(`${name} looks like a development value: set a real one.`);
  }
}

function issuerOf(domain: string | undefined): string {
  if (!domain) throw new SettingsError('TENON_AUTH0_ISSUER (or TENON_AUTH0_DOMAIN) must be set to the token issuer.');
  return `https://${domain}/`;
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function readList(name: string, text: string): string[] {
  const trimmed = text.trim();
  const parsed = trimmed.startsWith('[') ? parseJson(trimmed) : trimmed.split(',');
  if (!Array.isArray(parsed)) throw new SettingsError(`${name} must be a list: a JSON array, or values with commas.`);
  return parsed.map((one) => String(one).trim()).filter(Boolean);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readLinkKeys(text: string): Record<string, Buffer> {
  const sentence = 'TENON_LINK_KEYS must be a JSON object from key id to 32 random bytes in base64, e.g. {"k1":"…"}.';
  const parsed = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null) throw new SettingsError(sentence);
  const keys = Object.entries(parsed).map(([id, key]) => [id, Buffer.from(String(key), 'base64')] as const);
  if (keys.length === 0 || keys.some(([, key]) => key.length < 32)) throw new SettingsError(sentence);
  return Object.fromEntries(keys);
}
