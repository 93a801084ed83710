import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { parse } from 'yaml';
import { settingsSchema } from '../../core/settings/schema.ts';
import { checkoutDir } from '../../local/paths.ts';

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

    it('has no secret and no default for one: each is required, with a sentence', () => {
      const secret = /PASSWORD|TOKEN|SECRET|KEY|SMTP_URL/;
      const uses = [...source.matchAll(/\$\{(\w+)([^}]*)\}/g)].filter(([, name = '']) => secret.test(name));
      assert.ok(uses.length > 10);
      for (const [use, , how = ''] of uses) assert.match(how, /^:\?set \w+ to .+/, use);
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

/** The file and every own file that it imports, directly or not. */
async function importsOf(path: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, specifier = ''] of (await text(path)).matchAll(/from '(\.{1,2}\/[^']+)'/g)) {
    await importsOf(normalize(join(dirname(path), specifier)), seen);
  }
  return seen;
}
