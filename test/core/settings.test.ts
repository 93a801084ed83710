import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { rateLimitClasses } from '../../core/rate-limit-classes.ts';
import { SettingsError, readSettings } from '../../core/settings.ts';
import { testEnvironment } from '../support/settings.ts';

const read = (changes: Readonly<Record<string, string | undefined>>) => readSettings(testEnvironment(changes));
const refuses = (changes: Readonly<Record<string, string | undefined>>, sentence: RegExp): void => {
  assert.throws(
    () => read(changes),
    (error: unknown) => error instanceof SettingsError && sentence.test(error.message) && error.message.endsWith('.'),
    JSON.stringify(changes),
  );
};

describe('settings', () => {
  it('are read whole, with their defaults', () => {
    const settings = read({ TENON_AUTH0_ISSUER: 'https://issuer.example' });
    assert.equal(settings.environment, 'test');
    assert.equal(settings.port, 8000);
    assert.equal(settings.auth.issuer, 'https://issuer.example/');
    assert.equal(settings.auth.jwksUrl, 'https://issuer.example/.well-known/jwks.json');
    assert.equal(settings.auth.emailClaim, 'https://tenon.ai/email');
    assert.deepEqual(settings.auth.algorithms, ['RS256']);
    assert.deepEqual(settings.corsAllowOrigins, ['http://localhost:3000', 'http://127.0.0.1:3000']);
    assert.equal(settings.database.directUrl, settings.database.url);
    assert.equal(settings.github.templateOwner, 'tenon-hire-dev');
    assert.equal(settings.github.repoPrefix, 'tenon-ws-');
  });

  it('know what may be written to GitHub, and let nobody ask more of github.com', () => {
    const limitsOf = (changes: Readonly<Record<string, string>>) => read(changes).github.budget.limits;
    const dotCom = { TENON_GITHUB_API_BASE: 'https://api.github.com' };
    const windows = [
      { most: 80, spanMs: 60_000 },
      { most: 500, spanMs: 3_600_000 },
    ];
    assert.deepEqual(limitsOf(dotCom), { windows, spacingMs: 1_000 });
    assert.deepEqual(limitsOf({ TENON_GITHUB_API_BASE: 'https://github.corp.example/api/v3' }), {
      windows: [],
      spacingMs: 0,
    });
    const own = { TENON_GITHUB_WRITE_LIMITS: '300/60, 1/2' };
    assert.deepEqual(limitsOf(own), { windows: [{ most: 300, spanMs: 60_000 }], spacingMs: 2_000 });
    const less = { ...dotCom, TENON_GITHUB_WRITE_LIMITS: '40/60,200/3600' };
    assert.deepEqual(limitsOf(less).windows[1], { most: 200, spanMs: 3_600_000 });
    for (const more of ['off', '80/60', '80/60,501/3600', '80/59,500/3600'])
      refuses({ ...dotCom, TENON_GITHUB_WRITE_LIMITS: more }, /not more/);
    for (const wrong of ['80', '0/60', '80/0', '80/3601', '80/60,', 'on'])
      refuses({ TENON_GITHUB_WRITE_LIMITS: wrong }, /TENON_GITHUB_WRITE_LIMITS/);
  });

  it('name who sends mails, each with what it needs', () => {
    assert.deepEqual(read({}).mail.provider, { name: 'smtp', url: 'smtp://127.0.0.1:1' });
    const resend = { TENON_EMAIL_PROVIDER: 'resend', TENON_SMTP_URL: undefined };
    const apiKey = 're_key_of_a_test_0123';
    assert.deepEqual(read({ ...resend, RESEND_API_KEY: apiKey }).mail.provider, { name: 'resend', apiKey });
    refuses(resend, /RESEND_API_KEY/);
    refuses({ TENON_SMTP_URL: undefined }, /TENON_SMTP_URL/);
    refuses({ TENON_EMAIL_PROVIDER: 'console' }, /TENON_EMAIL_PROVIDER/);
    refuses({ RESEND_WEBHOOK_SECRET: 'plain' }, /RESEND_WEBHOOK_SECRET/);
    assert.equal(read({}).mail.resendWebhookKey, undefined);
    const key = Buffer.alloc(24, 7);
    assert.deepEqual(read({ RESEND_WEBHOOK_SECRET: `whsec_${key.toString('base64')}` }).mail.resendWebhookKey, key);
  });

  it('take lists as JSON or with commas, and an empty value as none', () => {
    assert.deepEqual(read({ TENON_CORS_ALLOW_ORIGINS: '["https://a.test","https://b.test"]' }).corsAllowOrigins, [
      'https://a.test',
      'https://b.test',
    ]);
    assert.deepEqual(read({ TENON_AUTH0_ALGORITHMS: 'RS256, ES256' }).auth.algorithms, ['RS256', 'ES256']);
    assert.equal(read({ TENON_GITHUB_WEBHOOK_SECRET: '' }).github.webhookSecret, undefined);
    assert.equal(
      read({ TENON_AUTH0_ISSUER: undefined, TENON_AUTH0_DOMAIN: 'x.auth0.com' }).auth.issuer,
      'https://x.auth0.com/',
    );
  });

  it('that are missing or wrong are named, all at once', () => {
    refuses({ DATABASE_URL: undefined, PORT: 'eighty' }, /DATABASE_URL.*PORT|PORT.*DATABASE_URL/);
    refuses({ TENON_AUTH0_ISSUER: undefined }, /TENON_AUTH0_ISSUER/);
    refuses({ TENON_LINK_KEYS: '{"k1":"c2hvcnQ="}' }, /TENON_LINK_KEYS/);
    refuses({ TENON_LINK_KEYS: 'no json' }, /TENON_LINK_KEYS/);
    refuses({ TENON_LINK_KEYS: '{}' }, /TENON_LINK_KEYS/);
    refuses({ TENON_AUTH0_ALGORITHMS: 'HS256' }, /TENON_AUTH0_ALGORITHMS/);
    refuses({ TENON_AUTH0_ALGORITHMS: 'RS256,none' }, /TENON_AUTH0_ALGORITHMS/);
    refuses({ ENVIRONMENT: undefined }, /ENVIRONMENT/);
    refuses({ ENVIRONMENT: 'prod' }, /ENVIRONMENT/);
  });

  it('that are lists but not readable are named too', () => {
    refuses({ TENON_CORS_ALLOW_ORIGINS: '["unclosed' }, /TENON_CORS_ALLOW_ORIGINS/);
    refuses({ TENON_AUTH0_ALGORITHMS: ' , ' }, /TENON_AUTH0_ALGORITHMS/);
  });

  it('take ENV for ENVIRONMENT, but not both when they differ', () => {
    assert.equal(read({ ENVIRONMENT: undefined, ENV: 'local' }).environment, 'local');
    assert.equal(read({ ENVIRONMENT: 'local', ENV: 'local' }).environment, 'local');
    refuses({ ENVIRONMENT: 'local', ENV: 'test' }, /ENVIRONMENT.*ENV/);
  });

  it('refuse the development sign-in outside local', () => {
    assert.equal(read({ ENVIRONMENT: 'local', DEV_AUTH_BYPASS: '1' }).devAuthBypass, true);
    for (const ENVIRONMENT of ['test', 'staging', 'production']) {
      refuses({ ENVIRONMENT, DEV_AUTH_BYPASS: '1' }, /DEV_AUTH_BYPASS=1 is only allowed with ENVIRONMENT=local/);
    }
  });

  describe('in production', () => {
    const production = {
      ENVIRONMENT: 'production',
      DATABASE_URL: 'postgres://tenon_app:a-real-Passw0rd@db.example/tenon',
      DATABASE_URL_SYSTEM: 'postgres://tenon_system:a-real-Passw0rd@db.example/tenon',
      TENON_PUBLIC_URL: 'https://api.example',
      TENON_AUTH0_ISSUER: 'https://issuer.example/',
      TENON_GITHUB_TOKEN: 'ghp_0123456789abcdef',
      TENON_GITHUB_WEBHOOK_SECRET: 'Zm9vYmFyYmF6cXV4',
    };

    it('are accepted when they are real', () => {
      const settings = read(production);
      assert.equal(settings.environment, 'production');
      assert.equal(settings.emailVerification, 'required');
      assert.equal(settings.accountPortalUrl, 'https://api.example/account');
      assert.equal(settings.ownTokens.issuer, 'https://api.example/');
    });

    it('limit requests, unless they are told not to', () => {
      assert.deepEqual(read(production).rateLimits, rateLimitClasses);
      assert.deepEqual(read({ ...production, ENVIRONMENT: 'staging' }).rateLimits, rateLimitClasses);
      assert.equal(read({ ...production, TENON_RATE_LIMITS: 'off' }).rateLimits, undefined);
    });

    it('refuse development secrets and short ones', () => {
      refuses({ ...production, TENON_GITHUB_TOKEN: 'changeme-please' }, /TENON_GITHUB_TOKEN/);
      refuses({ ...production, TENON_GITHUB_TOKEN: 'abcdefgh' }, /TENON_GITHUB_TOKEN/);
      const weak = { ENVIRONMENT: 'staging', TENON_GITHUB_WEBHOOK_SECRET: 'secret-secret-secret' };
      refuses({ ...production, ...weak }, /TENON_GITHUB_WEBHOOK_SECRET/);
      refuses({ ...production, DATABASE_URL: 'postgres://tenon_app:postgres@db.example/tenon' }, /DATABASE_URL/);
      refuses({ ...production, DATABASE_URL_SYSTEM: 'postgres://u:x1y2z3@db.example/tenon' }, /DATABASE_URL_SYSTEM/);
      const same = Buffer.alloc(32, 7).toString('base64');
      refuses({ ...production, TENON_LINK_KEYS: JSON.stringify({ k1: same }) }, /TENON_LINK_KEYS: key "k1"/);
    });

    it('want no key for administrators, or a strong one', () => {
      assert.equal(read(production).adminApiKey, undefined);
      assert.equal(read({ ...production, TENON_ADMIN_API_KEY: '' }).adminApiKey, undefined);
      const key = 'q'.repeat(32);
      assert.equal(read({ ...production, TENON_ADMIN_API_KEY: key }).adminApiKey, key);
      for (const weak of ['q'.repeat(31), `secret-${key}`, 'short']) {
        refuses({ ...production, TENON_ADMIN_API_KEY: weak }, /TENON_ADMIN_API_KEY/);
      }
      assert.equal(read({ TENON_ADMIN_API_KEY: 'q'.repeat(8) }).adminApiKey, 'q'.repeat(8));
    });

    it('refuse addresses that are not encrypted, and short passwords', () => {
      for (const name of [
        'TENON_PUBLIC_URL',
        'TENON_AUTH0_ISSUER',
        'TENON_AUTH0_JWKS_URL',
        'TENON_ACCOUNT_PORTAL_URL',
      ]) {
        refuses({ ...production, [name]: 'http://plain.example' }, new RegExp(name));
      }
      refuses({ ...production, TENON_PUBLIC_URL: undefined }, /TENON_PUBLIC_URL/);
      refuses({ ...production, TENON_PASSWORD_MIN_LENGTH: '6' }, /TENON_PASSWORD_MIN_LENGTH/);
    });
  });

  describe('of GitHub', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs1' }).toString();
    const app = { TENON_GITHUB_APP_ID: '12345', TENON_GITHUB_APP_PRIVATE_KEY: pem };
    const none = { TENON_GITHUB_TOKEN: undefined };

    it('name a token or an app, whose key may be in PEM, on one line, or in base64', () => {
      assert.equal(read({ TENON_GITHUB_TOKEN: 'a-token-of-GitHub' }).github.token, 'a-token-of-GitHub');
      for (const key of [pem, pem.replaceAll('\n', '\\n'), Buffer.from(pem).toString('base64')]) {
        const { github } = read({ ...none, ...app, TENON_GITHUB_APP_PRIVATE_KEY: key, TENON_GITHUB_ORG: 'some-org' });
        assert.equal(github.token, undefined);
        assert.equal(github.app?.privateKey.export({ format: 'pem', type: 'pkcs1' }), pem);
        assert.deepEqual(
          { ...github.app, privateKey: '' },
          {
            id: '12345',
            privateKey: '',
            installationId: undefined,
            account: 'some-org',
          },
        );
      }
      const given = { ...app, TENON_GITHUB_APP_ID: 'Iv23liABCDEFGHIJKLMN', TENON_GITHUB_APP_INSTALLATION_ID: '99' };
      assert.equal(read({ ...none, ...given }).github.app?.installationId, '99');
      assert.equal(read({ ...none, ...given }).github.app?.id, 'Iv23liABCDEFGHIJKLMN');
    });

    it('refuse none, both, half an app, and a key that is none, without showing it', () => {
      refuses(none, /^Set TENON_GITHUB_TOKEN to a GitHub token, or TENON_GITHUB_APP_ID and/);
      refuses(app, /^Set either TENON_GITHUB_TOKEN, or TENON_GITHUB_APP_ID and .*, not both/);
      refuses({ ...none, TENON_GITHUB_APP_ID: '12345' }, /TENON_GITHUB_APP_PRIVATE_KEY is missing/);
      refuses({ ...none, TENON_GITHUB_APP_PRIVATE_KEY: pem }, /TENON_GITHUB_APP_ID is missing/);
      refuses({ ...none, ...app, TENON_GITHUB_APP_ID: 'twelve' }, /TENON_GITHUB_APP_ID/);
      refuses({ ...none, ...app, TENON_GITHUB_APP_INSTALLATION_ID: 'x' }, /TENON_GITHUB_APP_INSTALLATION_ID/);
      const curve = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
      const body = pem.split('\n')[1] ?? '';
      for (const key of ['hunter2', curve, pem.slice(0, 200), body]) {
        assert.throws(
          () => read({ ...none, ...app, TENON_GITHUB_APP_PRIVATE_KEY: key }),
          (error: unknown) =>
            error instanceof SettingsError &&
            error.message.startsWith('TENON_GITHUB_APP_PRIVATE_KEY must be') &&
            !error.message.includes(body) &&
            !error.message.includes('hunter2'),
        );
      }
    });
  });

  it('of our own tokens are keys that can sign, by id', () => {
    assert.deepEqual(Object.keys(read({}).ownTokens.keys), ['own1']);
    assert.deepEqual(read({ TENON_JWT_KEYS: undefined }).ownTokens.keys, {});
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const curve = generateKeyPairSync('ed25519').privateKey;
    for (const key of [small, curve]) {
      const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString();
      refuses({ TENON_JWT_KEYS: JSON.stringify({ k: pem }) }, /TENON_JWT_KEYS/);
    }
    for (const text of ['no json', '{}', '{"k":"no pem"}', '["x"]'])
      refuses({ TENON_JWT_KEYS: text }, /TENON_JWT_KEYS/);
    assert.equal(read({}).ownTokens.accessSeconds, 1_800);
    assert.equal(read({ JWT_EXPIRE_MINUTES: '5' }).ownTokens.accessSeconds, 300);
    refuses({ JWT_EXPIRE_MINUTES: '0' }, /JWT_EXPIRE_MINUTES/);
  });

  it('tell our own issuer from the outside one', () => {
    refuses(
      { TENON_PUBLIC_URL: 'https://same.example', TENON_AUTH0_ISSUER: 'https://same.example/' },
      /TENON_PUBLIC_URL/,
    );
  });

  it('take a pattern for origins, which must fit the whole of one', () => {
    const { corsAllowOriginPattern: pattern } = read({ TENON_CORS_ALLOW_ORIGIN_REGEX: 'https://[a-z]+\\.example' });
    assert.equal(pattern?.test('https://app.example'), true);
    assert.equal(pattern?.test('https://app.example.evil.test'), false);
    refuses({ TENON_CORS_ALLOW_ORIGIN_REGEX: '(' }, /TENON_CORS_ALLOW_ORIGIN_REGEX/);
  });

  it('never show the value of a secret that is wrong', () => {
    assert.throws(
      () =>
        read({
          TENON_GITHUB_TOKEN: 'short',
          TENON_LINK_KEYS: '{"k1":"hunter2"}',
          TENON_SMTP_URL: 'http://u:hunter2@x',
        }),
      (error: unknown) => error instanceof SettingsError && !/hunter2|short\b/.test(error.message),
    );
  });
});

describe('TENON_RATE_LIMITS', () => {
  const limits = (text: string) => read({ TENON_RATE_LIMITS: text }).rateLimits;

  it('is off in tests and on one machine, and can be put on', () => {
    assert.equal(read({}).rateLimits, undefined);
    assert.equal(read({ ENVIRONMENT: 'local' }).rateLimits, undefined);
    assert.deepEqual(limits('on'), rateLimitClasses);
    assert.equal(limits('off'), undefined);
  });

  it('as JSON changes the classes that it names', () => {
    const changed = { ...rateLimitClasses, run: { points: 3, seconds: 10 }, mail: { points: 1, seconds: 3_600 } };
    assert.deepEqual(limits('{"run":"3/10","mail":"1/3600"}'), changed);
  });

  it('is refused for a class that there is not, and for what is no number of requests in a time', () => {
    const wrong = [
      '{"login":"1/1"}',
      '{"run":"3"}',
      '{"run":"0/10"}',
      '{"run":"3/0"}',
      '{"run":"-1/10"}',
      '{"run":"1.5/1"}',
    ];
    const noLimits = ['{"run":{"points":1}}', '{"run":3}', '{}', '[]', '["run"]', 'yes', 'ON', 'null', '{"run":"3/10"'];
    for (const text of [...wrong, ...noLimits]) {
      refuses({ TENON_RATE_LIMITS: text }, /^TENON_RATE_LIMITS must be .*read, write, .*e\.g\. \{"sign_in":"30\/60"\}/);
    }
  });
});
