import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemActor } from '../../domain/identity/actor.ts';
import { checkoutDir } from '../../local/paths.ts';
import { anyFreePort } from '../../local/ports.ts';
import { candidateSessionStart } from '../../workflows/hiring/candidate-session.contract.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeSession, makeSimulation } from '../support/factories-hiring.ts';
import { makeUser } from '../support/factories-identity.ts';
import { testEnvironment } from '../support/settings.ts';
import { startDevTemporal, type DevTemporal } from '../support/temporal-dev.ts';

describe('the worker process', function () {
  this.timeout(60_000);
  const children: ChildProcess[] = [];
  let database: TestDatabase;
  let temporal: DevTemporal | undefined;

  before(async () => {
    database = await resetDatabase();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
    await temporal?.stop();
    temporal = undefined;
  });

  /** `seen` resolves with the first log line that has `msg`. */
  function startWorker(changes: Record<string, string>): { child: ChildProcess; seen(msg: string): Promise<object> } {
    const child = spawn(process.execPath, ['--import', 'tsx', join(checkoutDir, 'worker', 'main.ts')], {
      env: {
        ...process.env,
        ...testEnvironment({
          LOG_LEVEL: 'info',
          HOST: '127.0.0.1',
          DATABASE_URL: database.appUrl,
          DATABASE_URL_SYSTEM: database.systemUrl,
          ...changes,
        }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: { msg?: string }[] = [];
    const listeners = new Set<() => void>();
    assert(child.stdout);
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(JSON.parse(line) as { msg?: string });
      for (const listener of listeners) listener();
    });
    return {
      child,
      seen: (msg) =>
        new Promise((resolve) => {
          const look = (): void => {
            const found = lines.find((line) => line.msg === msg);
            if (!found) return;
            listeners.delete(look);
            resolve(found);
          };
          listeners.add(look);
          look();
        }),
    };
  }

  async function stops(child: ChildProcess): Promise<void> {
    child.kill('SIGTERM');
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    assert.deepEqual([code, signal], [0, null]);
  }

  it('waits for Temporal, says when it is ready, delivers what was left, shows metrics, and stops in order', async () => {
    const metricsPort = await anyFreePort();
    const temporalPort = await anyFreePort();
    const { orgId, id: sessionId } = await makeSession(await makeSimulation(await makeUser()), {
      expiresAt: new Date(Date.now() - 1_000),
    });
    await database.uow.write(systemActor(orgId, 'test'), (uow) => {
      uow.enqueue({ start: candidateSessionStart({ orgId, sessionId, generation: 1 }) });
      return Promise.resolve();
    });
    await database.rows(`update outbox set lease_until = now() - interval '1 second'`);

    const worker = startWorker({
      TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
      METRICS_PORT: String(metricsPort),
    });
    await worker.seen('Temporal is not up yet');
    temporal = await startDevTemporal(temporalPort);
    await worker.seen('worker ready');
    const { client } = temporal;
    await worker.seen('message delivered by the relay');
    const result: unknown = await client.workflow.getHandle(`candidate-session/${sessionId}/1`).result();
    assert.deepEqual(result, { status: 'expired' });

    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    assert.match(metrics, /^tenon_outbox_deliveries_total\{outcome="started",by="relay"\} 1$/m);
    assert.match(metrics, /^temporal_workflow_completed/m);
    assert.equal((await fetch(`http://127.0.0.1:${metricsPort}/health`)).status, 200);
    await stops(worker.child);
  });

  it('can be stopped while it waits for Temporal', async () => {
    const worker = startWorker({
      TEMPORAL_ADDRESS: `127.0.0.1:${await anyFreePort()}`,
      METRICS_PORT: String(await anyFreePort()),
    });
    await worker.seen('Temporal is not up yet');
    await stops(worker.child);
  });

  it('refuses wrong settings with a sentence', async () => {
    const worker = startWorker({ TENON_SMTP_URL: 'not a url' });
    const [code] = (await once(worker.child, 'exit')) as [number | null];
    assert.equal(code, 1);
  });
});
