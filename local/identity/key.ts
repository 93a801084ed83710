import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { OAuth2Issuer } from 'oauth2-mock-server';
import { writePrivately } from '../files.ts';

/** An issuer with the key kept in `keyFile` (made the first time), so that tokens survive a restart. */
export async function issuerWithKey(keyFile: string, issuerUrl: string): Promise<OAuth2Issuer> {
  const issuer = new OAuth2Issuer();
  issuer.url = issuerUrl;
  const kept = await readFile(keyFile, 'utf8').catch(() => undefined);
  if (kept === undefined) {
    const key = await issuer.keys.generate('RS256', { kid: `local-${randomBytes(6).toString('hex')}` });
    await writePrivately(keyFile, JSON.stringify(key));
  } else {
    await issuer.keys.add(JSON.parse(kept) as Record<string, unknown>);
  }
  return issuer;
}
