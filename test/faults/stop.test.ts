import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkoutDir } from '../../local/paths.ts';
import { anyFreePort } from '../../local/ports.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { testEnvironment } from '../support/settings.ts';
import { startDevTemporal, type DevTemporal } from '../support/temporal-dev.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';
import { throughProxy } from './through.ts';

const isFull = process.env['TENON_TEST_FULL'] === '1';

/** Asked to stop while the database hears nothing any more: who waits for its goodbye has to be killed, and then ends by a signal. */
describe('a process whose database connections are half-open', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let proxy: FaultProxy;
  let temporal: DevTemporal | undefined;
  const children: ChildProcess[] = [];
  before(async () => {
    database = await resetDatabase();
    proxy = await startFaultProxy({ port: Number(new URL(database.appUrl).port) });
  });
  afterEach(() => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
    proxy.set({});
  });
  after(async () => {
    await temporal?.stop();
    await proxy.close();
  });

  /** Resolves when it has logged `msg`. */
  async function start(entry: string, msg: string, changes: Record<string, string>): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', join(checkoutDir, entry)], {
      env: {
        ...process.env,
        ...testEnvironment({
          LOG_LEVEL: 'info',
          HOST: '127.0.0.1',
          DATABASE_URL: throughProxy(database.appUrl, proxy),
          DATABASE_URL_SYSTEM: throughProxy(database.systemUrl, proxy),
          ...changes,
        }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    assert(child.stdout);
    const lines = createInterface({ input: child.stdout });
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => (JSON.parse(line) as { msg?: string }).msg === msg && resolve());
      child.once('exit', () => reject(new Error(`${entry} ended before it said “${msg}”`)));
    });
    return child;
  }

  async function stopsWhileDeaf(child: ChildProcess): Promise<void> {
    proxy.set({ swallow: true });
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 30_000); // as whoever supervises it does
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    clearTimeout(killer);
    assert.deepEqual([code, signal], [0, null]);
  }

  it('ends in order: the API', async () => {
    const port = await anyFreePort();
    const child = await start('api/server.ts', 'listening', { PORT: String(port) });
    const ready = await fetch(`http://127.0.0.1:${port}/api/v1/health/ready`);
    assert.equal(ready.status, 200);
    await ready.text();
    await stopsWhileDeaf(child);
  });

  if (!isFull) return;

  it('ends in order: the worker', async () => {
    temporal = await startDevTemporal(await anyFreePort());
    const child = await start('worker/main.ts', 'worker ready', {
      TEMPORAL_ADDRESS: temporal.address,
      METRICS_PORT: String(await anyFreePort()),
    });
    await eventually('the relay has looked', async () => proxy.open > 0);
    await stopsWhileDeaf(child);
  });
});
