import assert from 'node:assert/strict';
import { signingKeys, type SigningKeys } from '../../../api/middleware/auth/signing-keys.ts';
import { startTestApi } from '../../support/api.ts';
import { startTestIssuer, type TestIssuer } from '../../support/tokens.ts';

describe('the keys of an issuer', () => {
  let issuer: TestIssuer;
  let keys: SigningKeys;
  let nowMs = 0;
  beforeEach(async () => {
    issuer = await startTestIssuer();
    nowMs = 0;
    keys = signingKeys(issuer.jwksUrl, () => nowMs);
  });
  afterEach(() => issuer.close());

  const pemOf = async (id: string) => (await keys.find(id)).export({ format: 'pem', type: 'spki' });
  const kid = (): string => {
    const [header = ''] = issuer.mint({}).split('.');
    return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
  };

  it('are fetched once, however many ask at once, and kept for an hour', async () => {
    const found = await Promise.all(Array.from({ length: 20 }, () => keys.find(kid())));
    assert.equal(new Set(found).size, 1);
    assert.equal(issuer.fetches, 1);
    nowMs = 3_599_000;
    await keys.find(kid());
    assert.equal(issuer.fetches, 1);
    nowMs = 3_601_000;
    await keys.find(kid());
    assert.equal(issuer.fetches, 2);
  });

  it('are fetched again for a kid that is new', async () => {
    await keys.find(kid());
    issuer.rotate();
    nowMs = 2_001;
    assert.equal(await pemOf(kid()), issuer.publicPem);
    assert.equal(issuer.fetches, 2);
  });

  it('are not fetched more often for any number of random kids, and a rotation in between is still seen', async () => {
    await keys.find(kid());
    for (let i = 0; i < 1_000; i += 1) {
      nowMs += 10; // ten seconds of attack
      await assert.rejects(keys.find(`random-${i}`), { code: 'TOKEN_KEY_UNKNOWN' });
      if (i === 500) issuer.rotate();
    }
    assert.ok(issuer.fetches <= 6, String(issuer.fetches));
    assert.equal(await pemOf(kid()), issuer.publicPem);
  });

  it('that cannot be had are a 503, and are asked for again by the next request', async () => {
    issuer.publish(false);
    await assert.rejects(keys.find(kid()), { code: 'AUTH_PROVIDER_UNAVAILABLE', status: 503 });
    issuer.publish(true);
    assert.ok(await keys.find(kid()));
  });

  it('still serve those that are known while the issuer is away', async () => {
    await keys.find(kid());
    issuer.publish(false);
    nowMs = 1_000_000;
    assert.ok(await keys.find(kid()));
    await assert.rejects(keys.find('another'), { code: 'AUTH_PROVIDER_UNAVAILABLE' });
  });
});

describe('an issuer that is away', () => {
  it('is a 503 for who signs in, with its text', async () => {
    const api = await startTestApi();
    api.issuer.publish(false);
    const { status, body } = await api.call('get', '/api/auth/me', { token: api.recruiterToken('ada@example.com') });
    assert.equal(status, 503);
    assert.equal(body['detail'], 'Auth provider unavailable');
    assert.equal(body['retryable'], true);
    await api.close();
  });
});
