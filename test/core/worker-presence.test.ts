import assert from 'node:assert/strict';
import { temporalClient } from '../../core/temporal.ts';
import { workerPresence } from '../../core/worker-presence.ts';
import { taskQueues } from '../../workflows/queues.contract.ts';
import { anyFreePort } from '../../local/ports.ts';
import { startDevTemporal } from '../support/temporal-dev.ts';
import { stubActivities } from '../support/temporal-stubs.ts';
import { until } from '../support/temporal-until.ts';

const queues = Object.values(taskQueues);

describe('whether workers ask for work', function () {
  this.timeout(60_000);

  it('is what Temporal says of each queue', async () => {
    const temporal = await startDevTemporal();
    try {
      const presence = workerPresence(temporal.client, queues);
      assert.deepEqual(await presence.count(), Object.fromEntries(queues.map((name) => [name, 0])));
      await temporal.work(stubActivities().activities);
      await until('each queue has a worker', async () => Object.values(await presence.count()).every((n) => n === 1));
    } finally {
      await temporal.stop();
    }
  });

  it('is not known while Temporal is away, and that is said soon', async () => {
    const settings = { address: `127.0.0.1:${await anyFreePort()}`, namespace: 'default', uiUrl: '', tls: false };
    const client = temporalClient({ temporal: { ...settings, apiKey: undefined } });
    await assert.rejects(workerPresence(client, queues).count(), { code: 'TEMPORAL_UNAVAILABLE' });
    await client.connection.close();
  });
});
