import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { anyFreePort, isOpen } from '../../../local/ports.ts';
import { Supervisor } from '../../../local/supervisor/supervisor.ts';
import { ensureTemporalCli } from '../../../local/temporal/cli.ts';
import { devServerArgs, searchAttributes } from '../../../local/temporal/dev-server.ts';
import { answersFor } from '../../../local/temporal/ready.ts';
import { ensureTestServer } from '../../../local/temporal/test-server.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

describe('the Temporal dev server', function () {
  this.timeout(60_000);
  let dir: string;
  let supervisor: Supervisor | undefined;
  let port: number;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-temporal-'));
    port = await anyFreePort();
  });

  afterEach(() => supervisor?.stop());

  after(() => rm(dir, { recursive: true, force: true }));

  async function start(): Promise<Connection> {
    const address = `127.0.0.1:${port}`;
    supervisor = new Supervisor({ logDir: join(dir, 'logs'), onChange: () => undefined });
    await supervisor.start({
      name: 'temporal',
      file: process.env['TENON_TEST_TEMPORAL_CLI'] ?? (await ensureTemporalCli(say)),
      args: devServerArgs({ port, uiPort: await anyFreePort(), dbFile: join(dir, 'temporal.db'), exactTimers: true }),
      cwd: dir,
      env: { HOME: dir, PATH: '/bin' },
      urls: {},
      ports: {},
      healthy: async () => (await isOpen(port)) && answersFor({ address, namespace: 'default' }),
      startTimeoutMs: 30_000,
      stopSignal: 'SIGTERM',
      stopGraceMs: 10_000,
    });
    return Connection.connect({ address });
  }

  it('has the search attributes, and keeps what it was told over a restart with the same arguments', async () => {
    const first = await start();
    const { customAttributes } = await first.operatorService.listSearchAttributes({ namespace: 'default' });
    for (const name of searchAttributes) assert.ok(name in customAttributes, name);
    const started = await first.workflowService.startWorkflowExecution({
      namespace: 'default',
      workflowId: 'kept',
      requestId: 'one',
      workflowType: { name: 'none' },
      taskQueue: { name: 'nobody-listens' },
    });
    await first.close();
    await supervisor?.stop();
    assert.ok(existsSync(join(dir, 'temporal.db')));

    const second = await start();
    const found = await second.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId: 'kept' },
    });
    await second.close();
    assert.equal(found.workflowExecutionInfo?.execution?.runId, started.runId);
  });
});

describe('the time-skipping server', function () {
  this.timeout(60_000);

  it('starts by the SDK, skips days, and is gone after the teardown', async () => {
    const path = process.env['TENON_TEST_TIME_SKIPPING_SERVER'] ?? (await ensureTestServer(say));
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
    });
    try {
      const before = await env.currentTimeMs();
      await env.sleep('3 days');
      assert.ok((await env.currentTimeMs()) - before >= 3 * 24 * 3_600_000);
    } finally {
      await env.teardown();
    }
  });
});
