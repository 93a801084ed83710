import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { testEnvironment } from '../../support/settings.ts';
import { startTestIssuer, type TestIssuer } from '../../support/tokens.ts';

const root = join(import.meta.dirname, '../../..');

function startProcess(changes: Readonly<Record<string, string | undefined>>): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'api/server.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: process.env['TMPDIR'] ?? '/tmp', ...testEnvironment(changes) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = '';
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  child.stdout?.resume();
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

/** The port that the process says it listens on. */
async function listening(child: ChildProcess): Promise<number> {
  assert.ok(child.stdout);
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, port } = JSON.parse(line) as { msg?: string; port?: number };
    if (msg === 'listening' && port !== undefined) return port;
  }
  throw new Error('the API ended before it listened');
}

describe('the API process', () => {
  const children: ChildProcess[] = [];
  const start = (changes: Readonly<Record<string, string | undefined>>): ChildProcess => {
    const child = startProcess(changes);
    children.push(child);
    return child;
  };
  after(() => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  });

  it('refuses to start with a setting that is missing, wrong or dangerous, in one line that names it', async () => {
    const cases: readonly (readonly [Readonly<Record<string, string | undefined>>, RegExp])[] = [
      [{ TENON_LINK_KEYS: undefined }, /TENON_LINK_KEYS/],
      [{ ENVIRONMENT: 'production', DEV_AUTH_BYPASS: '1' }, /DEV_AUTH_BYPASS=1 is only allowed with ENVIRONMENT=local/],
    ];
    const results = await Promise.all(cases.map(([changes]) => ended(start(changes))));
    for (const [index, { code, stderr }] of results.entries()) {
      assert.equal(code, 1);
      assert.match(stderr, cases[index]?.[1] ?? /never/);
      assert.equal(stderr.trim().split('\n').length, 1);
    }
  });

  it('starts while the database is down, and says so to those who need it', async () => {
    const api = start({ ENVIRONMENT: 'local', PORT: '0', LOG_LEVEL: 'info', DEV_AUTH_BYPASS: '1' });
    const url = `http://127.0.0.1:${await listening(api)}`;
    api.stdout?.resume();
    assert.equal((await fetch(`${url}/health`)).status, 200);
    const reply = await fetch(`${url}/api/auth/me`, { headers: { 'x-dev-user-email': 'dev@local.test' } });
    const body = (await reply.json()) as { errorCode: string; retryable: boolean };
    assert.deepEqual([reply.status, body.errorCode, body.retryable], [503, 'DATABASE_UNAVAILABLE', true]);
    api.kill('SIGTERM');
    assert.equal((await ended(api)).code, 0);
  });

  describe('while Temporal is down', () => {
    let database: TestDatabase;
    let issuer: TestIssuer;
    let api: ChildProcess;
    let url: string;
    before(async () => {
      database = await resetDatabase();
      issuer = await startTestIssuer();
      api = start({
        PORT: '0',
        LOG_LEVEL: 'info',
        DATABASE_URL: database.appUrl,
        TENON_AUTH0_ISSUER: issuer.issuer,
        TENON_AUTH0_JWKS_URL: issuer.jwksUrl,
      });
      url = `http://127.0.0.1:${await listening(api)}`;
      api.stdout?.resume();
      await makeUser({ email: 'rita@example.com' });
    });
    after(() => issuer.close());

    const call = (method: string, path: string, body?: object) => {
      const claims = {
        sub: 'rita',
        email: 'rita@example.com',
        email_verified: true,
        permissions: ['recruiter:access'],
      };
      return fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${issuer.mint(claims)}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
    };

    it('serves reads', async () => {
      assert.equal((await fetch(`${url}/health`)).status, 200);
      assert.equal((await call('GET', '/api/auth/me')).status, 200);
      assert.deepEqual(await (await call('GET', '/api/simulations')).json(), []);
      assert.match(await (await fetch(`${url}/metrics`)).text(), /tenon_process_cpu_seconds_total/);
    });

    it('takes commands, and leaves their messages to the relay', async () => {
      const simulation = { title: 'T', role: 'R', techStack: 'S', seniority: 'Mid', focus: 'F' };
      const created = (await (await call('POST', '/api/simulations', simulation)).json()) as { id: number };
      const invite = { candidateName: 'Cara', inviteEmail: 'cara@example.com' };
      const invited = await call('POST', `/api/simulations/${created.id}/invite`, invite);
      assert.equal(invited.status, 201);
      const rows = await database.rows<{ delivered_at: Date | null }>('select delivered_at from outbox');
      assert.ok(rows.length > 0);
      assert.ok(rows.every(({ delivered_at }) => delivered_at === null));
    });

    it('ends when it is asked to, with 0', async () => {
      api.kill('SIGTERM');
      assert.deepEqual(await ended(api), { code: 0, stderr: '' });
    });
  });
});
