import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Claims to add; `null` removes one. */
export type Claims = Readonly<Record<string, unknown>>;

export interface MintOptions {
  /** Members of the JOSE header to change; `undefined` removes one. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Sign with this key instead of the issuer's own. */
  readonly key?: KeyObject;
  /** Sign with HMAC over this secret. */
  readonly hmacSecret?: string;
  /** No signature at all. */
  readonly unsigned?: boolean;
}

/** An identity provider of the test's own: publishes keys, mints whatever token a test wants. */
export interface TestIssuer {
  /** As in `iss`. */
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
  /** How often the keys were fetched. */
  readonly fetches: number;
  /** The current public key in PEM, as an attacker has it. */
  readonly publicPem: string;
  /** A signed token, valid for an hour unless the claims say otherwise. */
  mint(claims: Claims, options?: MintOptions): string;
  /** Replaces the published key. */
  rotate(): void;
  /** Publishes the keys no longer (`false`) or again. */
  publish(published: boolean): void;
  close(): Promise<void>;
}

export const testAudience = 'https://api.tenon.test';
const firstPair = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A key that nobody publishes. */
export const foreignKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** Starts the key server on a free port. */
export async function startTestIssuer(): Promise<TestIssuer> {
  let pair = { kid: randomUUID(), privateKey: firstPair.privateKey };
  let fetches = 0;
  let published = true;
  const server: Server = createServer((_req, res) => {
    fetches += 1;
    if (!published) {
      res.writeHead(500).end();
      return;
    }
    const jwk = createPublicKey(pair.privateKey).export({ format: 'jwk' });
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ keys: [{ ...jwk, kid: pair.kid, use: 'sig', alg: 'RS256' }] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${base}/`;
  return {
    issuer,
    jwksUrl: `${base}/jwks`,
    audience: testAudience,
    get fetches() {
      return fetches;
    },
    get publicPem() {
      return createPublicKey(pair.privateKey).export({ format: 'pem', type: 'spki' }).toString();
    },
    mint(claims, options = {}) {
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: issuer, aud: testAudience, iat: now, exp: now + 3600, ...claims };
      const kept = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== null));
      return signed({ alg: 'RS256', typ: 'JWT', kid: pair.kid, ...options.header }, kept, pair.privateKey, options);
    },
    rotate() {
      pair = { kid: randomUUID(), privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey };
    },
    publish(next) {
      published = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function signed(header: object, payload: object, own: KeyObject, { key, hmacSecret, unsigned }: MintOptions): string {
  const content = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  if (unsigned) return `${content}.`;
  const signature =
    hmacSecret === undefined
      ? sign('sha256', Buffer.from(content), key ?? own).toString('base64url')
      : createHmac('sha256', hmacSecret).update(content).digest('base64url');
  return `${content}.${signature}`;
}
