import assert from 'node:assert/strict';
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwksRsa from 'jwks-rsa';
import { mintToken, type TokenRequest } from '../../../local/identity/mint.ts';
import { startIdentity } from '../../../local/identity/server.ts';
import type { WebServer } from '../../../local/web.ts';

const issuer = 'http://127.0.0.1:8400/';
const redirectUri = 'http://localhost:3000/callback';

type Claims = Record<string, unknown>;

describe('the local identity provider', () => {
  let dir: string;
  let keyFile: string;
  let server: WebServer;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-identity-'));
    keyFile = join(dir, 'identity-key.json');
    server = await startIdentity({ port: 0, issuer, keyFile });
  });

  afterEach(async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const request = (more: Partial<TokenRequest> = {}): TokenRequest => ({
    keyFile,
    issuer,
    email: 'recruiter1@local.test',
    role: 'recruiter',
    ...more,
  });

  /** The claims, after the signature was checked against the keys that the server publishes. */
  async function verified(token: string): Promise<Claims> {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const decode = (part: string): Claims => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
    const key = await jwksRsa({ jwksUri: `${server.url}/jwks` }).getSigningKey(String(decode(header)['kid']));
    const good = verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${payload}`),
      createPublicKey(key.getPublicKey()),
      Buffer.from(signature, 'base64url'),
    );
    assert.ok(good, 'signature');
    return decode(payload);
  }

  it('mints tokens that verify against the published keys and carry what the API reads', async () => {
    const claims = await verified(await mintToken(request()));
    assert.deepEqual(
      { ...claims, iat: 0, exp: 0, nbf: 0 },
      {
        iss: issuer,
        aud: 'https://api.tenon.local',
        sub: 'local|recruiter1@local.test',
        email: 'recruiter1@local.test',
        email_verified: true,
        name: 'Local Recruiter 1',
        permissions: ['recruiter:access'],
        'https://tenon.ai/permissions': ['recruiter:access'],
        iat: 0,
        exp: 0,
        nbf: 0,
      },
    );
    const candidate = await verified(await mintToken(request({ email: 'new@example.test', role: 'candidate' })));
    assert.deepEqual(candidate['permissions'], ['candidate:access']);
  });

  it('keeps its key over a restart, in a file for the owner only', async () => {
    const token = await mintToken(request());
    await server.stop();
    server = await startIdentity({ port: 0, issuer, keyFile });
    assert.equal((await verified(token))['email'], 'recruiter1@local.test');
    assert.equal((await stat(keyFile)).mode & 0o777, 0o600);
  });

  it('lays given claims over the usual ones, removes those that are null, sets subject, audience and expiry', async () => {
    const claims = { email_verified: false, name: null, exp: null, extra: { a: [1] } };
    const changed = await verified(await mintToken(request({ claims, sub: 'auth0|7', audience: 'other' })));
    assert.equal(changed['email_verified'], false);
    assert.deepEqual(changed['extra'], { a: [1] });
    assert.equal('name' in changed, false);
    assert.equal('exp' in changed, false);
    assert.equal(changed['sub'], 'auth0|7');
    assert.equal(changed['aud'], 'other');
    const expired = await verified(await mintToken(request({ expired: true })));
    assert.ok(Number(expired['exp']) * 1000 < Date.now());
  });

  it('asks who one is, escaping what the client sent', async () => {
    const query = new URLSearchParams({
      redirect_uri: redirectUri,
      response_type: 'code',
      state: '"><script>alert(1)</script>',
    });
    const response = await fetch(`${server.url}/authorize?${query.toString()}`);
    const html = await response.text();
    assert.equal(response.status, 200);
    assert.doesNotMatch(html, /<script/);
    assert.match(html, /value="recruiter1@local.test"/);
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  });

  it('signs a person in by authorization code with PKCE, with nonce and both tokens', async () => {
    const verifier = randomBytes(40).toString('base64url');
    const query = new URLSearchParams({
      client_id: 'portal',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
      nonce: 'n-1',
      state: 's-1',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      login_hint: 'Cand@Example.test',
      role: 'candidate',
    });
    const sent = await fetch(`${server.url}/authorize?${query.toString()}`, { redirect: 'manual' });
    const back = new URL(sent.headers.get('location') ?? '');
    assert.equal(back.searchParams.get('state'), 's-1');
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'portal',
      code: back.searchParams.get('code') ?? '',
      code_verifier: verifier,
    });
    const tokens = (await (await fetch(`${server.url}/token`, { method: 'POST', body })).json()) as Record<
      string,
      string
    >;
    const access = await verified(tokens['access_token'] ?? '');
    assert.equal(access['aud'], 'https://api.tenon.local');
    assert.equal(access['email'], 'cand@example.test');
    assert.deepEqual(access['permissions'], ['candidate:access']);
    const id = await verified(tokens['id_token'] ?? '');
    assert.equal(id['aud'], 'portal');
    assert.equal(id['nonce'], 'n-1');
    assert.equal(id['sub'], access['sub']);
  });

  it('sends nobody away from this machine, and answers no other site', async () => {
    const query = new URLSearchParams({
      redirect_uri: 'https://evil.test/',
      response_type: 'code',
      login_hint: 'recruiter1@local.test',
    });
    assert.equal((await fetch(`${server.url}/authorize?${query.toString()}`, { redirect: 'manual' })).status, 400);
    const foreign = await fetch(`${server.url}/token`, { method: 'POST', headers: { origin: 'https://evil.test' } });
    assert.equal(foreign.status, 403);
  });
});
