import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { parse } from 'yaml';
import { readSettings } from '../../core/settings.ts';
import { settingsSchema } from '../../core/settings/schema.ts';
import { checkoutDir } from '../../local/paths.ts';
import { testEnvironment } from '../support/settings.ts';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly user?: string;
  readonly restart?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly configs?: readonly { readonly source: string }[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly configs: Readonly<Record<string, unknown>>;
}

/** Settings that docker-compose.yml leaves alone. */
const notPassed: Readonly<Record<string, string>> = {
  ENV: 'another name of ENVIRONMENT',
  HOST: 'a container listens on every address of its own',
  DEV_AUTH_BYPASS: 'for a developer’s machine alone',
  TEMPORAL_API_KEY: 'Temporal is a service of the same file',
  TEMPORAL_TLS: 'Temporal is a service of the same file',
  TENON_AUTH0_DOMAIN: 'another way to say TENON_AUTH0_ISSUER',
};

const text = (path: string): Promise<string> => readFile(join(checkoutDir, path), 'utf8');

describe('the deployment files (checked without Docker)', () => {
  let compose: Compose;
  let source: string;
  let dockerfile: string[];
  let ignored: string[];

  before(async () => {
    source = await text('docker-compose.yml');
    compose = parse(source, { merge: true }) as Compose;
    dockerfile = (await text('Dockerfile')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    ignored = (await text('.dockerignore')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  });

  const services = (): [string, Service][] => Object.entries(compose.services);
  const isOneShot = (name: string): boolean =>
    services().some(([, { depends_on }]) => depends_on?.[name]?.condition === 'service_completed_successfully');

  describe('docker-compose.yml', () => {
    it('has every service of a whole installation', () => {
      assert.deepEqual(Object.keys(compose.services).sort(), [
        'api',
        'migrate',
        'postgres',
        'temporal',
        'temporal-ui',
        'worker',
      ]);
    });

    it('asks each service for its health, or waits for its end', () => {
      for (const [name, { healthcheck, restart }] of services()) {
        if (isOneShot(name)) assert.equal(restart, 'no', name);
        else assert.ok(healthcheck && healthcheck.test.length > 0, name);
      }
    });

    it('starts a service only when those it needs exist and are healthy or done', () => {
      for (const [name, { depends_on }] of services()) {
        for (const [needed, { condition }] of Object.entries(depends_on ?? {})) {
          assert.ok(needed in compose.services, `${name} needs ${needed}`);
          assert.equal(
            condition,
            isOneShot(needed) ? 'service_completed_successfully' : 'service_healthy',
            `${name} needs ${needed}`,
          );
        }
      }
    });

    it('runs nothing as root and pins every image', () => {
      for (const [name, { user, image = '' }] of services()) {
        assert.ok(user !== undefined && !/^(root|0)(:|$)/.test(user), `${name} runs as ${user ?? 'root'}`);
        assert.match(image, /:(\d+\.\d+|\$\{TENON_VERSION:\?)/, name);
      }
    });

    it('publishes on the loopback only, and names only volumes and configs that are there', () => {
      for (const [name, service] of services()) {
        for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/, name);
        for (const { source: config } of service.configs ?? [])
          assert.ok(config in compose.configs, `${name}: ${config}`);
        for (const volume of service.volumes ?? []) {
          const from = volume.split(':')[0] ?? '';
          assert.ok(
            from.startsWith('./') ? existsSync(join(checkoutDir, from)) : from in compose.volumes,
            `${name}: ${from}`,
          );
        }
      }
    });

    it('has no secret and no default for one: each is required, with a sentence, or may be left out', () => {
      const secret = /PASSWORD|TOKEN|SECRET|KEY|SMTP_URL/;
      const uses = [...source.matchAll(/\$\{(\w+)([^}]*)\}/g)].filter(([, name = '']) => secret.test(name));
      assert.ok(uses.length > 10);
      for (const [use, , how = ''] of uses) assert.match(how, /^(:\?set \w+ to .+|:-)$/, use);
      for (const [name, { environment = {} }] of services()) {
        for (const [key, value] of Object.entries(environment)) {
          if (secret.test(key) || /:\/\/\w+:/.test(String(value)))
            assert.match(String(value), /\$\{/, `${name}: ${key}`);
        }
      }
    });

    it('sets only what the settings know, and all that they require', async () => {
      const described = settingsSchema.describe() as { keys: Record<string, { flags?: { presence?: string } }> };
      const known = new Set(Object.keys(described.keys));
      const required = [...known].filter((name) => described.keys[name]?.flags?.presence === 'required');
      assert.ok(required.includes('DATABASE_URL'));
      for (const name of ['api', 'worker']) {
        const set = Object.keys(compose.services[name]?.environment ?? {});
        for (const key of set) assert.ok(known.has(key), `${name} sets ${key}, which nothing reads`);
        for (const key of [...required, 'ENVIRONMENT', 'TENON_AUTH0_ISSUER', 'TENON_PUBLIC_URL'])
          assert.ok(set.includes(key), `${name} lacks ${key}`);
        assert.equal(set.includes('TENON_JWT_KEYS'), name === 'api', 'only who signs tokens holds the key');
      }
      assert.deepEqual(Object.keys(compose.services['migrate']?.environment ?? {}), ['DATABASE_URL_OWNER']);
      assert.match(await text('scripts/migrate.ts'), /DATABASE_URL_OWNER/);
    });

    it('passes on every setting, or says why not', () => {
      const passed = new Set(
        ['api', 'worker'].flatMap((name) => Object.keys(compose.services[name]?.environment ?? {})),
      );
      const { keys } = settingsSchema.describe() as { keys: object };
      const left = Object.keys(keys).filter((name) => !passed.has(name));
      assert.deepEqual(left.sort(), Object.keys(notPassed).sort());
    });

    it('makes settings that can be read, with a mail server and by Resend, the rest left out', () => {
      const given: Readonly<Record<string, string>> = {
        TENON_DB_APP_PASSWORD: 'p'.repeat(20),
        TENON_DB_SYSTEM_PASSWORD: 'q'.repeat(20),
        TEMPORAL_UI_URL: 'https://temporal.example',
        TENON_GITHUB_TOKEN: 'ghp-0123456789abcdef',
        TENON_GITHUB_ORG: 'acme',
        TENON_GITHUB_WEBHOOK_SECRET: '0123456789abcdef',
        TENON_AUTH0_ISSUER: 'https://acme.auth0.example/',
        TENON_AUTH0_API_AUDIENCE: 'https://api.acme.example',
        TENON_PUBLIC_URL: 'https://api.acme.example',
        TENON_CORS_ALLOW_ORIGINS: 'https://portal.acme.example',
        TENON_CANDIDATE_PORTAL_BASE_URL: 'https://portal.acme.example',
        TENON_EMAIL_FROM: 'Tenon <no-reply@acme.example>',
        TENON_LINK_KEYS: JSON.stringify({ k1: randomBytes(32).toString('base64') }),
        TENON_JWT_KEYS: testEnvironment()['TENON_JWT_KEYS'] ?? '',
      };
      const read = (name: string, more: Readonly<Record<string, string>>) =>
        readSettings(filled(compose.services[name]?.environment ?? {}, { ...given, ...more }));
      for (const name of ['api', 'worker']) {
        assert.equal(read(name, { TENON_SMTP_URL: 'smtps://u:p@mail.example' }).mail.provider.name, 'smtp');
        const byResend = { TENON_EMAIL_PROVIDER: 'resend', RESEND_API_KEY: 're_0123456789abcdef' };
        assert.equal(read(name, byResend).mail.provider.name, 'resend');
        assert.throws(() => read(name, {}), /TENON_SMTP_URL/);
      }
      const { adminApiKey } = read('api', {
        TENON_SMTP_URL: 'smtps://u:p@mail.example',
        TENON_ADMIN_API_KEY: 'k'.repeat(40),
      });
      assert.equal(adminApiKey, 'k'.repeat(40));
    });

    it('runs commands that the build makes', async () => {
      const { include } = JSON.parse(await text('tsconfig.build.json')) as { include: string[] };
      for (const [name, { command, build }] of services()) {
        if (build === undefined) continue;
        const script = command?.find((part) => part.startsWith('dist/')) ?? '';
        const from = script.replace(/^dist\//, '').replace(/\.js$/, '.ts');
        assert.ok(existsSync(join(checkoutDir, from)), `${name}: ${from}`);
        assert.ok(
          include.some((pattern) => pattern === from || from.startsWith(pattern.replace('**/*.ts', ''))),
          `${name}: tsc does not compile ${from}`,
        );
      }
    });
  });

  describe('Dockerfile', () => {
    const copies = (): string[][] =>
      dockerfile.filter((line) => line.startsWith('COPY ')).map((line) => line.split(/\s+/).slice(1));

    it('builds in stages, pins its base, and ends as a user who is not root, with a command in exec form', () => {
      const stages = dockerfile.filter((line) => line.startsWith('FROM '));
      assert.ok(stages.length > 1);
      for (const stage of stages) assert.match(stage, /^FROM \S+:\d+\.\d+\.\d+/);
      const last = dockerfile.slice(dockerfile.lastIndexOf(stages.at(-1) ?? ''));
      assert.ok(last.some((line) => /^USER (?!root|0)/.test(line)));
      assert.match(last.at(-1) ?? '', /^CMD \["node", .*"dist\/api\/server\.js"\]$/);
    });

    it('copies only what exists and is not left out of the context', () => {
      const known = new Set(dockerfile.flatMap((line) => / AS (\w+)$/.exec(line)?.[1] ?? []));
      for (const parts of copies()) {
        const stage = parts[0]?.startsWith('--from=') ? parts.shift()?.slice('--from='.length) : undefined;
        if (stage !== undefined) {
          assert.ok(known.has(stage), stage);
          continue;
        }
        for (const path of parts.slice(0, -1).filter((one) => one !== '.')) {
          assert.ok(existsSync(join(checkoutDir, path)), path);
          assert.ok(ignored.includes(`!${path}`), `${path} is ignored`);
        }
      }
    });

    it('has in its context everything that the build reads, and nothing private', async () => {
      assert.equal(ignored[0], '*');
      const allowed = ignored.slice(1).map((line) => line.replace(/^!/, ''));
      for (const path of allowed) assert.ok(existsSync(join(checkoutDir, path)), path);
      const { include } = JSON.parse(await text('tsconfig.build.json')) as { include: string[] };
      for (const pattern of include) assert.ok(allowed.includes(pattern.split('/')[0] ?? ''), pattern);
      for (const path of await importsOf('scripts/build.ts')) {
        assert.ok(
          allowed.some((one) => path === one || path.startsWith(`${one}/`)),
          path,
        );
      }
      for (const name of ['.env', '.git', '.local', 'node_modules', 'test']) assert.ok(!allowed.includes(name), name);
    });
  });
});

/** As compose fills in `${NAME…}`, where what is required is there. */
function filled(
  environment: Readonly<Record<string, string | number>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [
      key,
      String(value).replaceAll(
        /\$\{(\w+)(?::-([^}]*)|[^}]*)\}/g,
        (_use, name: string, fallback = '') => given[name] ?? String(fallback),
      ),
    ]),
  );
}

/** The file and every own file that it imports, directly or not. */
async function importsOf(path: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, specifier = ''] of (await text(path)).matchAll(/from '(\.{1,2}\/[^']+)'/g)) {
    await importsOf(normalize(join(dirname(path), specifier)), seen);
  }
  return seen;
}
