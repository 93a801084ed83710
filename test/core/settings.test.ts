import assert from 'node:assert/strict';
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

  it('refuse development secrets in production', () => {
    refuses({ ENVIRONMENT: 'production', TENON_GITHUB_TOKEN: 'changeme-please' }, /TENON_GITHUB_TOKEN/);
    refuses(
      { ENVIRONMENT: 'staging', TENON_GITHUB_WEBHOOK_SECRET: 'secret-secret-secret' },
      /TENON_GITHUB_WEBHOOK_SECRET/,
    );
    assert.equal(read({ ENVIRONMENT: 'production' }).environment, 'production');
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
