import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { testAudience } from './tokens.ts';

/** An environment that `readSettings` accepts; tests change what they are about. */
export function testEnvironment(changes: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const base = {
    ENVIRONMENT: 'test',
    LOG_LEVEL: 'silent',
    DATABASE_URL: 'postgres://tenon_app@127.0.0.1:1/none',
    DATABASE_URL_SYSTEM: 'postgres://tenon_system@127.0.0.1:1/none',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    TENON_GITHUB_API_BASE: 'http://127.0.0.1:1/api/v3',
    TENON_GITHUB_TOKEN: 'github-token-of-a-test',
    TENON_GITHUB_WEBHOOK_SECRET: 'webhook-secret-of-a-test',
    TENON_AUTH0_ISSUER: 'http://127.0.0.1:1/',
    TENON_AUTH0_API_AUDIENCE: testAudience,
    TENON_SMTP_URL: 'smtp://127.0.0.1:1',
    TENON_JWT_KEYS: JSON.stringify({ own1: signingKey }),
    TENON_LINK_KEYS: JSON.stringify({ k1: linkKey }),
  };
  const all = Object.entries({ ...base, ...changes }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all) as Record<string, string>;
}

const linkKey = randomBytes(32).toString('base64');
const signingKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ format: 'pem', type: 'pkcs8' })
  .toString();
