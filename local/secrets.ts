import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivately } from './files.ts';

/** Everything secret of one stack: made once, kept readable for the owner only, never printed. URL-safe texts, but for the keys. */
export interface Secrets {
  /** Not secret: names the state, so that data of a removed `.local` is not taken for its own. */
  readonly stateId: string;
  readonly postgresAdmin: string;
  readonly postgresOwner: string;
  readonly postgresApp: string;
  readonly postgresSystem: string;
  readonly githubToken: string;
  /** Private key of the app that the local GitHub knows: RSA, PKCS #8 in PEM. */
  readonly githubAppKey: string;
  readonly githubWebhook: string;
  /** Opens the administrators' endpoints of the API. */
  readonly adminApiKey: string;
  /** 32 bytes in base64, the only key of derived links. */
  readonly linkKey: string;
  /** The only key of our own access tokens: RSA, PKCS #8 in PEM. */
  readonly signingKey: string;
  /** Of the accounts that the seed makes. */
  readonly seedPassword: string;
}

/** Reads `secrets.json` of a state folder; what is missing in it is made and kept. */
export async function ensureSecrets(dir: string): Promise<Secrets> {
  const path = join(dir, 'secrets.json');
  const kept = JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as Partial<Secrets>;
  const secrets = { ...freshSecrets(), ...kept };
  if (Object.keys(kept).length < Object.keys(secrets).length) {
    await writePrivately(path, `${JSON.stringify(secrets, undefined, 2)}\n`);
  }
  return secrets;
}

function freshSecrets(): Secrets {
  const text = (): string => randomBytes(32).toString('base64url');
  return {
    stateId: randomBytes(6).toString('hex'),
    postgresAdmin: text(),
    postgresOwner: text(),
    postgresApp: text(),
    postgresSystem: text(),
    githubToken: text(),
    githubAppKey: rsaKey(),
    githubWebhook: text(),
    adminApiKey: text(),
    linkKey: randomBytes(32).toString('base64'),
    signingKey: rsaKey(),
    seedPassword: `Seed-1-${text()}`,
  };
}

function rsaKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}
