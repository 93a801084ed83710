import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { newSecret } from '../../core/tokens.ts';
import { API_KEY_PREFIX } from '../../domain/identity/api-key.ts';
import { keepableOutput, redactSecrets, redactSecretsInCode, truncationSuffix } from '../../domain/workspaces/text.ts';
import { propertyRun, propertyTimeoutMs } from '../adapters/artifacts/property.ts';
import { resultsOf } from '../adapters/artifacts/verdicts.ts';

const jwt = [
  { alg: 'RS256', typ: 'JWT' },
  { sub: 'somebody', exp: 4_000_000_000 },
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat(newSecret())
  .join('.');
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
  .trim();

/** What a run may print by mistake, and the part of it that nobody may see. */
const secrets: Readonly<Record<string, { printed: string; hidden: string }>> = {
  'GitHub’s classic token': whole(`ghp_${'a1B2'.repeat(9)}`),
  'a job’s token': whole(`ghs_${'C3d4'.repeat(9)}`),
  'an installation’s token with a JWT in it': whole(`ghs_${'1'.repeat(7)}_${jwt}`),
  'GitHub’s fine-grained token': whole(`github_pat_${'1A'.repeat(11)}_${'bC'.repeat(29)}`),
  'an API key of Tenon': whole(`${API_KEY_PREFIX}${newSecret()}`),
  'a refresh token of Tenon': whole(`tnr_${newSecret()}`),
  'an access token': whole(jwt),
  'a header': { printed: `Authorization: Bearer ${newSecret()}`, hidden: 'Bearer' },
  'a password in an address': { printed: 'postgres://tenon:s3cretPassw0rd@db.example/x', hidden: 's3cretPassw0rd' },
  'a token as the user of an address': {
    printed: 'https://0123456789abcdef0123456789abcdef01234567@github.example/o/r',
    hidden: '0123456789abcdef',
  },
  'a private key': { printed: key, hidden: key.split('\n')[1] ?? '' },
  'a private key in JSON': { printed: JSON.stringify({ key }), hidden: key.split('\n')[1] ?? '' },
  'a private key of OpenSSH': {
    printed: `-----BEGIN OPENSSH PRIVATE KEY-----\n${'QUJD'.repeat(16)}\n-----END OPENSSH PRIVATE KEY-----`,
    hidden: 'QUJDQUJD',
  },
};

function whole(secret: string): { printed: string; hidden: string } {
  return { printed: secret, hidden: secret.slice(-30, -10) };
}

describe('secrets in the output of tests', function () {
  this.timeout(propertyTimeoutMs);

  for (const [what, { printed, hidden }] of Object.entries(secrets)) {
    it(`are not kept: ${what}`, async () => {
      const text = `before ${printed} after`;
      for (const clean of [redactSecrets(text), redactSecretsInCode(text)]) {
        assert.ok(!clean.includes(hidden), clean);
        assert.match(clean, /^before .*\[redacted\].* after$/su);
      }
      const inJson = { passed: 1, failed: 0, total: 1, stdout: text, stderr: text, summary: { [text]: [text] } };
      const inXml = `<testsuite><testcase name="${escaped(text)}" classname="${escaped(text)}"><failure message="${escaped(text)}"/>
        <system-out>${escaped(text)}</system-out><system-err>${escaped(text)}</system-err></testcase></testsuite>`;
      for (const files of [{ 'tenon-test-results.json': JSON.stringify(inJson) }, { 'r.xml': inXml }]) {
        const kept = JSON.stringify(await resultsOf(files));
        assert.ok(!kept.includes(hidden), kept);
        assert.ok(kept.includes('[redacted]'));
      }
    });

    it(`are not kept in part where the output is cut: ${what}`, () => {
      const cases = fc.record({
        before: fc.nat(3_000 + printed.length), // as far as any limit's cut reaches
        noise: fc.constantFrom('.', ' ', '\n', '\0', '\u001b[31m', 'é', '😀'),
        limit: fc.integer({ min: 1, max: 400 }),
      });
      fc.assert(
        fc.property(cases, ({ before, noise, limit }) => {
          const text = `${noise.repeat(before)} ${printed} ${noise.repeat(3_000)}`;
          const kept = keepableOutput(text, limit);
          for (let at = 0; at + 8 <= hidden.length; at += 1) assert.ok(!kept.includes(hidden.slice(at, at + 8)), kept);
          assert.ok(kept.length <= limit + truncationSuffix.length);
        }),
        propertyRun(),
      );
    });
  }

  it('leave alone what only looks like one', () => {
    for (const text of [
      'ssh://git@github.com/o/r',
      'https://user@example.org/',
      '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----',
      '-----BEGIN PUBLIC KEY-----\nQUJD\n-----END PUBLIC KEY-----',
      'tnk_short and eyJ.eyJ.x and eyJhbGci',
      'a@b.example, c@d.example',
    ])
      assert.equal(redactSecrets(text), text);
  });

  it('are looked for in time that grows with the text', () => {
    for (const piece of [
      'tnk_',
      'tnk_a',
      'eyJ',
      'eyJaaaaaaaa.',
      'eyJaaaaaaaa.eyJ',
      '://aaaaaaaaaaaaaaaaaaaa',
      '-----BEGIN ',
      '-----BEGIN PRIVATE KEY-----',
      '-----END ',
    ])
      assert.ok(redactSecrets(piece.repeat(1_000_000 / piece.length)).length <= 3_000_000);
  });
});

function escaped(text: string): string {
  return text.replace(/[<&"\n]/gu, (letter) => `&#${letter.codePointAt(0)};`);
}
