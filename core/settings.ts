import type { KeyObject } from 'node:crypto';
import type { GithubBudget } from '../domain/github/write-limits.ts';
import type { RateLimits } from './rate-limit-classes.ts';
import { refuseDangerous } from './settings/dangers.ts';
import { installationOf, readGithubCredentials, type GithubCredentials } from './settings/github.ts';
import { settingsSchema } from './settings/schema.ts';
import { SettingsError } from './settings/settings-error.ts';
import {
  readLinkKeys,
  readList,
  readPattern,
  readRateLimits,
  readSigningKeys,
  readWebhookKey,
} from './settings/values.ts';
import { readWriteLimits } from './settings/write-limits.ts';

export { SettingsError } from './settings/settings-error.ts';

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
  /** The API as browsers and mails reach it, without a slash at its end. */
  readonly publicUrl: string;
  readonly corsAllowOrigins: readonly string[];
  /** Origins that fit it whole are allowed too. */
  readonly corsAllowOriginPattern: RegExp | undefined;
  readonly trustProxy: boolean;
  /** By class; `undefined` when nothing is limited. */
  readonly rateLimits: RateLimits | undefined;
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
    readonly templateOwner: string;
    readonly repoPrefix: string;
    readonly workflowFile: string;
    readonly webhookSecret: string | undefined;
    /** What may be written there, by all organisations together. */
    readonly budget: GithubBudget;
  } & GithubCredentials;
  /** After a session's end its repositories are deleted at GitHub; null: never. */
  readonly workspaceRetentionDays: number | null;
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
  /** Tokens that we issue to those who sign in with a password. */
  readonly ownTokens: {
    /** Exactly as in `iss`. */
    readonly issuer: string;
    readonly audience: string;
    /** RSA private keys by key id: the last one named signs, all verify. Empty where none is set, as in a worker. */
    readonly keys: Readonly<Record<string, KeyObject>>;
    readonly accessSeconds: number;
    readonly refreshSeconds: number;
  };
  readonly passwords: { readonly minLength: number };
  /** Whether people must prove their e-mail before they sign in with a password. */
  readonly emailVerification: 'required' | 'optional';
  /** Opens the administrators' endpoints, which answer 404 without one. */
  readonly adminApiKey: string | undefined;
  readonly candidatePortalBaseUrl: string;
  /** The page where people open the links of account mails, without a slash at its end. */
  readonly accountPortalUrl: string;
  readonly mail: {
    readonly from: string;
    /** By whom mails leave; the address and the key are secrets. */
    readonly provider:
      { readonly name: 'smtp'; readonly url: string } | { readonly name: 'resend'; readonly apiKey: string };
    /** The HMAC key of Resend's webhooks. */
    readonly resendWebhookKey: Buffer | undefined;
  };
  /** HMAC keys of links by key id; the last one signs new links, all of them verify. */
  readonly linkKeys: Readonly<Record<string, Buffer>>;
}

/**
 * Reads and checks every setting at once.
 * @throws {SettingsError} naming each setting that is missing or wrong, and what it should be
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const { value, error } = settingsSchema.validate(given, { abortEarly: false, stripUnknown: true });
  if (error) throw new SettingsError(`Wrong settings: ${error.details.map((one) => one.message).join('; ')}.`);
  const text = (name: string): string => String(value[name]);
  const optional = (name: string): string | undefined => (value[name] === undefined ? undefined : String(value[name]));
  const environment = readEnvironment(optional('ENVIRONMENT'), optional('ENV'));
  const issuer = withSlash(optional('TENON_AUTH0_ISSUER') ?? issuerOf(optional('TENON_AUTH0_DOMAIN')));
  const isServed = environment === 'production' || environment === 'staging';
  const publicUrl = withoutSlash(optional('TENON_PUBLIC_URL') ?? `http://127.0.0.1:${value['PORT']}`);
  const namespace = withoutSlash(text('TENON_AUTH0_CLAIM_NAMESPACE'));
  const credentials = readGithubCredentials(optional, text('TENON_GITHUB_TEMPLATE_OWNER'));
  const settings: Settings = {
    environment,
    logLevel: text('LOG_LEVEL'),
    host: optional('HOST'),
    port: Number(value['PORT']),
    metricsPort: Number(value['METRICS_PORT']),
    devAuthBypass: value['DEV_AUTH_BYPASS'] === '1',
    publicUrl,
    corsAllowOrigins: readList('TENON_CORS_ALLOW_ORIGINS', text('TENON_CORS_ALLOW_ORIGINS')),
    corsAllowOriginPattern: readPattern('TENON_CORS_ALLOW_ORIGIN_REGEX', optional('TENON_CORS_ALLOW_ORIGIN_REGEX')),
    trustProxy: value['TENON_TRUST_PROXY'] === '1',
    rateLimits: readRateLimits(optional('TENON_RATE_LIMITS') ?? (isServed ? 'on' : 'off')),
    database: {
      url: text('DATABASE_URL'),
      directUrl: optional('DATABASE_URL_DIRECT') ?? text('DATABASE_URL'),
      systemUrl: text('DATABASE_URL_SYSTEM'),
      poolSize: Number(value['DATABASE_POOL_SIZE']),
    },
    temporal: {
      address: text('TEMPORAL_ADDRESS'),
      namespace: text('TEMPORAL_NAMESPACE'),
      uiUrl: withoutSlash(text('TEMPORAL_UI_URL')),
      apiKey: optional('TEMPORAL_API_KEY'),
      tls: value['TEMPORAL_TLS'] === '1',
    },
    github: {
      apiBase: withoutSlash(text('TENON_GITHUB_API_BASE')),
      webBase: withoutSlash(text('TENON_GITHUB_WEB_BASE')),
      ...credentials,
      templateOwner: text('TENON_GITHUB_TEMPLATE_OWNER'),
      repoPrefix: text('TENON_GITHUB_REPO_PREFIX'),
      workflowFile: text('TENON_GITHUB_ACTIONS_WORKFLOW_FILE'),
      webhookSecret: optional('TENON_GITHUB_WEBHOOK_SECRET'),
      budget: {
        installation: installationOf(credentials),
        limits: readWriteLimits(optional('TENON_GITHUB_WRITE_LIMITS'), text('TENON_GITHUB_API_BASE')),
      },
    },
    workspaceRetentionDays:
      value['TENON_WORKSPACE_RETENTION_DAYS'] === undefined ? null : Number(value['TENON_WORKSPACE_RETENTION_DAYS']),
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
    ownTokens: {
      issuer: `${publicUrl}/`,
      audience: text('TENON_JWT_AUDIENCE'),
      keys: readSigningKeys(optional('TENON_JWT_KEYS')),
      accessSeconds: Number(value['JWT_EXPIRE_MINUTES']) * 60,
      refreshSeconds: Number(value['TENON_REFRESH_TOKEN_DAYS']) * 86_400,
    },
    passwords: { minLength: Number(value['TENON_PASSWORD_MIN_LENGTH']) },
    emailVerification: (optional('TENON_EMAIL_VERIFICATION') ?? (isServed ? 'required' : 'optional')) as
      'required' | 'optional', // the schema allows just these
    accountPortalUrl: withoutSlash(optional('TENON_ACCOUNT_PORTAL_URL') ?? `${publicUrl}/account`),
    adminApiKey: optional('TENON_ADMIN_API_KEY'),
    candidatePortalBaseUrl: withoutSlash(text('TENON_CANDIDATE_PORTAL_BASE_URL')),
    mail: {
      from: text('TENON_EMAIL_FROM'),
      provider:
        text('TENON_EMAIL_PROVIDER') === 'resend'
          ? { name: 'resend', apiKey: text('RESEND_API_KEY') }
          : { name: 'smtp', url: text('TENON_SMTP_URL') },
      resendWebhookKey: readWebhookKey(optional('RESEND_WEBHOOK_SECRET')),
    },
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

function issuerOf(domain: string | undefined): string {
  if (!domain) throw new SettingsError('TENON_AUTH0_ISSUER (or TENON_AUTH0_DOMAIN) must be set to the token issuer.');
  return `https://${domain}/`;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
