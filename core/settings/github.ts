import { createPrivateKey, type KeyObject } from 'node:crypto';
import { PLAIN_TOKEN } from '../../domain/github/write-limits.ts';
import { SettingsError } from './settings-error.ts';

/** How GitHub is called: with a plain token, or as an app. */
export type GithubCredentials =
  | { readonly token: string; readonly app?: undefined }
  | { readonly app: GithubAppCredentials; readonly token?: undefined };

export interface GithubAppCredentials {
  /** The app's number or its client id. */
  readonly id: string;
  /** RSA. */
  readonly privateKey: KeyObject;
  /** Looked up by the account when it is not set. */
  readonly installationId: string | undefined;
  /** Login of the organisation or user that the app is installed on: who owns the templates. */
  readonly account: string;
}

const TOKEN = 'TENON_GITHUB_TOKEN';
const ID = 'TENON_GITHUB_APP_ID';
const KEY = 'TENON_GITHUB_APP_PRIVATE_KEY';
const INSTALLATION = 'TENON_GITHUB_APP_INSTALLATION_ID';

/** @throws {SettingsError} when neither or both are set, or half of the app */
export function readGithubCredentials(
  optional: (name: string) => string | undefined,
  account: string,
): GithubCredentials {
  const token = optional(TOKEN);
  const [id, key, installationId] = [ID, KEY, INSTALLATION].map(optional);
  const isApp = id !== undefined || key !== undefined || installationId !== undefined;
  if (token !== undefined && isApp)
    throw new SettingsError(`Set either ${TOKEN}, or ${ID} and ${KEY}, not both: GitHub is called as one of them.`);
  if (token !== undefined) return { token };
  if (!isApp) throw new SettingsError(`Set ${TOKEN} to a GitHub token, or ${ID} and ${KEY} to call GitHub as an app.`);
  if (id === undefined || key === undefined)
    throw new SettingsError(`${ID} and ${KEY} must be set together: ${id === undefined ? ID : KEY} is missing.`);
  return { app: { id, privateKey: readAppKey(key), installationId, account } };
}

/** Whose limits at GitHub all writes share: the token's, or the app's where it is installed. */
export function installationOf({ app }: GithubCredentials): string {
  return app ? `app/${app.id}/${app.installationId ?? app.account}` : PLAIN_TOKEN;
}

/** PEM, with line ends or with `\n` in their place, or that in base64. */
function readAppKey(text: string): KeyObject {
  const plain = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8');
  try {
    const key = createPrivateKey(plain.replaceAll('\\n', '\n').trim());
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // its error may quote the key
  }
  throw new SettingsError(
    `${KEY} must be the app's RSA private key as GitHub gave it: PEM, with \\n for line ends where they cannot be, or in base64.`,
  );
}
