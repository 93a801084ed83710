import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A GitHub App for tests, which finds its installation itself. */
export const testApp = {
  id: '424242',
  privateKey: keys.privateKey,
  installationId: undefined,
  account: 'tenon-hire-dev',
};

export const testAppPublicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();

interface Place {
  readonly apiUrl: string;
}

/** A token that the app signs: one that GitHub takes, but for what is changed. */
export function signedByApp(changes: object = {}, key: KeyObject = keys.privateKey, nowMs = Date.now()): string {
  const nowS = Math.floor(nowMs / 1_000);
  return jwt.sign({ iat: nowS - 60, exp: nowS + 300, iss: testApp.id, ...changes }, key, { algorithm: 'RS256' });
}

/** One call with any credential, without Octokit. */
export function asApp({ apiUrl }: Place, token: string, method: string, path: string, body?: object) {
  return fetch(`${apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    redirect: 'manual',
    ...(method !== 'GET' && { body: JSON.stringify(body ?? {}) }),
  });
}

export async function installationOf(github: Place, nowMs = Date.now()): Promise<number> {
  const answer = await asApp(
    github,
    signedByApp({}, keys.privateKey, nowMs),
    'GET',
    '/orgs/tenon-hire-dev/installation',
  );
  return ((await answer.json()) as { id: number }).id;
}

/** A token of the app's installation, cut as asked. */
export async function cutToken(
  github: Place,
  cut: { repositories?: readonly string[]; repository_ids?: readonly number[]; permissions?: object },
): Promise<string> {
  const own = signedByApp();
  const { id } = (await (await asApp(github, own, 'GET', '/orgs/tenon-hire-dev/installation')).json()) as {
    id: number;
  };
  const answer = await asApp(github, own, 'POST', `/app/installations/${id}/access_tokens`, cut);
  assert.equal(answer.status, 201, await answer.clone().text());
  return ((await answer.json()) as { token: string }).token;
}
