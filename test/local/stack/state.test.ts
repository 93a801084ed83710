import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { githubComponent } from '../../../local/components.ts';
import { appEnvironment } from '../../../local/environment.ts';
import { makePlan, usualPorts } from '../../../local/plan.ts';
import { anyFreePort } from '../../../local/ports.ts';
import { startTimeOf } from '../../../local/processes.ts';
import { ensureSecrets } from '../../../local/secrets.ts';
import { choosePorts, lostPort } from '../../../local/supervisor/choose-ports.ts';
import { lockHolder, releaseLock, takeLock } from '../../../local/supervisor/lock.ts';
import { readStackFile, type StackFile, writeStackFile } from '../../../local/supervisor/stack-file.ts';
import { stopStale } from '../../../local/supervisor/stale.ts';
import { readSettings } from '../../../core/settings.ts';

describe('the state of the local stack', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-state-'));
  });

  afterEach(() => rm(dir, { recursive: true, force: true }));

  describe('secrets', () => {
    it('are made once, all different, readable for the owner only', async () => {
      const first = await ensureSecrets(dir);
      assert.deepEqual(await ensureSecrets(dir), first);
      assert.equal(new Set(Object.values(first)).size, Object.keys(first).length);
      assert.equal(Buffer.from(first.linkKey, 'base64').length, 32);
      assert.equal((await stat(join(dir, 'secrets.json'))).mode & 0o777, 0o600);
    });

    it('that an older version did not know are added, the others stay', async () => {
      const { githubWebhook, ...older } = await ensureSecrets(dir);
      await writeFile(join(dir, 'secrets.json'), JSON.stringify(older));
      const now = await ensureSecrets(dir);
      assert.deepEqual({ ...now, githubWebhook: '' }, { ...older, githubWebhook: '' });
      assert.notEqual(now.githubWebhook, githubWebhook);
    });
  });

  describe('ports', () => {
    it('move to a free one and say so when they are busy, and return when they are free', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      const said: string[] = [];
      const moved = await choosePorts({ api: port }, {}, (line) => said.push(line));
      assert.ok(moved.api > port && moved.api <= port + 40, 'a neighbour');
      assert.deepEqual(said, [`Port ${port} is busy: api uses ${moved.api}.`]);
      server.close();
      await once(server, 'close');
      const back = await choosePorts({ api: port }, {}, (line) => said.push(line));
      assert.deepEqual([back.api, said.length], [port, 1]);
    });

    it('are those of the last run when they can be', async () => {
      const last = await anyFreePort();
      const chosen = await choosePorts({ api: await anyFreePort() }, { api: last }, () => undefined);
      assert.equal(chosen.api, last);
    });

    it('are never given to two', async () => {
      const a = await anyFreePort();
      const chosen = await choosePorts({ a, b: a, c: a }, {}, () => undefined);
      assert.equal(new Set(Object.values(chosen)).size, 3);
    });

    it('count as lost when somebody has taken one, also when it is free again by now', async () => {
      const api = await anyFreePort();
      const told = new Error(
        `api ended with exit code 1.\n  listen EADDRINUSE: address already in use 127.0.0.1:${api}`,
      );
      assert.equal(await lostPort(told, { api }), true);
      assert.equal(await lostPort(new Error('api ended with exit code 1.'), { api }), false);
      const server = createServer().listen(api, '127.0.0.1');
      await once(server, 'listening');
      assert.equal(await lostPort(new Error('api was not healthy in time'), { api }), true);
      server.close();
      await once(server, 'close');
    });
  });

  describe('the lock', () => {
    it('has one holder, and is free again afterwards', () => {
      assert.equal(takeLock(dir), true);
      assert.equal(lockHolder(dir), process.pid);
      assert.equal(takeLock(dir), false);
      releaseLock(dir);
      assert.equal(lockHolder(dir), undefined);
      assert.equal(takeLock(dir), true);
      releaseLock(dir);
    });

    it('is taken over from a process that is gone, also when its pid is somebody else by now', async () => {
      await writeFile(join(dir, 'supervisor.lock'), JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
      assert.equal(lockHolder(dir), undefined);
      assert.equal(takeLock(dir), true);
      releaseLock(dir);
    });
  });

  describe('the stack file', () => {
    const described = (pid: number, startedAt: string): StackFile => ({
      state: 'running',
      issuer: '',
      audience: '',
      components: [{ name: 'x', urls: {}, ports: {}, pid, startedAt, logFile: null }],
    });

    it('is read as it was written, and missing before the first start', () => {
      const path = join(dir, 'stack.json');
      assert.equal(readStackFile(path), undefined);
      writeStackFile(described(1, 'a'), path);
      assert.deepEqual(readStackFile(path), described(1, 'a'));
    });

    it('leads to processes that a killed supervisor left, and only to those', async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
      const pid = child.pid ?? 0;
      const startedAt = startTimeOf(pid) ?? '';
      const gone = once(child, 'exit');
      assert.deepEqual(await stopStale(described(pid, 'another time')), []);
      assert.equal(startTimeOf(pid), startedAt);
      assert.deepEqual(await stopStale(described(pid, startedAt)), ['x']);
      await gone;
      assert.deepEqual(await stopStale(described(pid, startedAt)), []);
    });
  });

  describe('the settings of worker and API', () => {
    it('are complete and valid, and nothing of the surroundings gets in', async () => {
      const plan = makePlan(usualPorts, await ensureSecrets(dir), {});
      const surroundings = {
        PATH: '/bin',
        ENV: 'production',
        TENON_GITHUB_TOKEN: 'theirs',
        LOG_LEVEL: 'debug',
        SECRET: 'x',
      };
      const env = appEnvironment(plan.addresses, plan.secrets, surroundings);
      const settings = readSettings(env);
      assert.equal(settings.environment, 'local');
      assert.equal(settings.logLevel, 'debug');
      assert.equal(settings.github.token, plan.secrets.githubToken);
      assert.equal(settings.auth.issuer, plan.addresses.issuer);
      assert.equal(settings.auth.issuer.endsWith('/'), true);
      assert.equal('SECRET' in env, false);
    });

    it('call the local GitHub as its app when they are told to', async () => {
      const plan = makePlan(usualPorts, await ensureSecrets(dir), {});
      const { github } = readSettings(appEnvironment(plan.addresses, plan.secrets, { TENON_LOCAL_GITHUB_APP: '1' }));
      assert.equal(github.token, undefined);
      assert.equal(github.app?.account, 'tenon-hire-dev');
      const { LOCAL_GITHUB_APP_ID, LOCAL_GITHUB_APP_PUBLIC_KEY } = githubComponent(plan).env ?? {};
      assert.equal(github.app.id, LOCAL_GITHUB_APP_ID);
      const publicKey = createPublicKey(github.app.privateKey).export({ format: 'pem', type: 'spki' });
      assert.equal(publicKey, LOCAL_GITHUB_APP_PUBLIC_KEY);
    });

    it('name what is missing when an external database is only half described', async () => {
      const secrets = await ensureSecrets(dir);
      assert.throws(() => makePlan(usualPorts, secrets, { DATABASE_URL: 'postgres://x' }), /DATABASE_URL_OWNER/);
    });
  });
});
