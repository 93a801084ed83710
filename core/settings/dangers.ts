import type { Settings } from '../settings.ts';
import { SettingsError } from './settings-error.ts';

const DEV_SECRETS = /^(secret|changeme|password|postgres|dev|test|local|tenon)/i;
const SHORTEST_PASSWORD = 12;
/** Nothing but this key stands between a stranger and the administrators' endpoints. */
const SHORTEST_ADMIN_KEY = 32;
/** Random bytes repeat little: 32 of them with fewer different values than this were not drawn at random. */
const FEWEST_VALUES = 16;

/**
 * Refuses what must not run: development switches outside a developer's machine, weak secrets where real people's data is.
 * @throws {SettingsError} with a sentence that names the setting, never its value
 */
export function refuseDangerous(settings: Settings): void {
  const { environment, devAuthBypass, auth } = settings;
  if (devAuthBypass && environment !== 'local') {
    throw new SettingsError(`DEV_AUTH_BYPASS=1 is only allowed with ENVIRONMENT=local, and it is ${environment}.`);
  }
  if (auth.algorithms.length === 0 || auth.algorithms.some((name) => !/^(RS|PS|ES)(256|384|512)$/.test(name))) {
    throw new SettingsError('TENON_AUTH0_ALGORITHMS may name asymmetric algorithms only, e.g. RS256.');
  }
  if (settings.ownTokens.issuer === auth.issuer) {
    throw new SettingsError('TENON_PUBLIC_URL must differ from TENON_AUTH0_ISSUER: both name who has issued a token.');
  }
  if (environment !== 'production' && environment !== 'staging') return;
  refuseWeakSecrets(settings);
  if (environment === 'production') refuseOpenPlaces(settings);
}

function refuseWeakSecrets({ github, database, linkKeys, adminApiKey, mail }: Settings): void {
  for (const [name, secret] of [
    ['TENON_GITHUB_TOKEN', github.token],
    ['TENON_GITHUB_WEBHOOK_SECRET', github.webhookSecret],
    ['TENON_ADMIN_API_KEY', adminApiKey],
    ['RESEND_API_KEY', mail.provider.name === 'resend' ? mail.provider.apiKey : undefined],
    ['DATABASE_URL', passwordOf(database.url)],
    ['DATABASE_URL_DIRECT', passwordOf(database.directUrl)],
    ['DATABASE_URL_SYSTEM', passwordOf(database.systemUrl)],
  ] as const) {
    if (secret && DEV_SECRETS.test(secret))
      throw new SettingsError(`${name} looks like a development value: set a real one.`);
    if (secret && secret.length < SHORTEST_PASSWORD)
      throw new SettingsError(
        `${name} holds a secret of fewer than ${SHORTEST_PASSWORD} characters: set a longer one.`,
      );
  }
  if (adminApiKey !== undefined && adminApiKey.length < SHORTEST_ADMIN_KEY)
    throw new SettingsError(
      `TENON_ADMIN_API_KEY must have at least ${SHORTEST_ADMIN_KEY} characters, or not be set: make one with \`openssl rand -base64 32\`.`,
    );
  for (const [id, key] of Object.entries(linkKeys)) {
    if (new Set(key).size < FEWEST_VALUES)
      throw new SettingsError(`TENON_LINK_KEYS: key "${id}" is not random: make one with \`openssl rand -base64 32\`.`);
  }
}

/** What browsers and tokens travel over. */
function refuseOpenPlaces({ publicUrl, auth, accountPortalUrl, passwords }: Settings): void {
  for (const [name, url] of [
    ['TENON_PUBLIC_URL', publicUrl],
    ['TENON_AUTH0_ISSUER', auth.issuer],
    ['TENON_AUTH0_JWKS_URL', auth.jwksUrl],
    ['TENON_ACCOUNT_PORTAL_URL', accountPortalUrl],
  ] as const) {
    if (!url.startsWith('https://')) throw new SettingsError(`${name} must begin with https:// in production.`);
  }
  if (passwords.minLength < 8)
    throw new SettingsError('TENON_PASSWORD_MIN_LENGTH may be less than 8 outside production only.');
}

/** Of a database address; undefined when it names none, as with a socket or a certificate. */
function passwordOf(url: string): string | undefined {
  return URL.canParse(url) ? decodeURIComponent(new URL(url).password) || undefined : undefined;
}
