import assert from 'node:assert/strict';
import type { Client } from '@temporalio/client';
import type { WorkflowMessage } from '../../core/outbox.ts';
import { deliverMessage, temporalClient } from '../../core/temporal.ts';
import { workerPresence } from '../../core/worker-presence.ts';
import { eventually } from '../support/eventually.ts';
import { startDevTemporal, type DevTemporal } from '../support/temporal-dev.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';

const isFull = process.env['TENON_TEST_FULL'] === '1';
const DEADLINE_MS = 1_500;

function message(id: string): WorkflowMessage {
  const start = {
    workflowId: id,
    type: 'none',
    taskQueue: 'none',
    input: {},
    orgId: 'o',
    kind: 'k',
    ref: 'r',
    summary: id,
  };
  return { start };
}

describe('the way to Temporal, when it is bad', function () {
  this.timeout(40_000); // by itself the SDK would notice after 45 s
  let temporal: DevTemporal;
  let proxy: FaultProxy;
  let client: Client;
  before(async () => {
    temporal = await startDevTemporal();
    proxy = await startFaultProxy({ port: Number(temporal.address.split(':')[1]) });
    const settings = { address: `127.0.0.1:${proxy.port}`, namespace: 'default', tls: false, apiKey: undefined };
    client = temporalClient({ temporal: settings as never });
  });
  afterEach(() => proxy.set({}));
  after(async () => {
    await client.connection.close();
    await proxy.close();
    await temporal.stop();
  });

  const deliver = (id: string): Promise<string> => deliverMessage(client, message(id), DEADLINE_MS);

  it('a reset connection is replaced within the call', async () => {
    assert.equal(await deliver('first'), 'started');
    proxy.reset();
    assert.equal(await deliver('second'), 'started');
  });

  it('a message whose answer is lost is not started twice', async () => {
    await deliver('warm');
    const unheard = proxy.resetAt([/unheard/], 'answer');
    await deliver('unheard').catch(() => undefined);
    await unheard;
    assert.equal(await deliver('unheard'), 'started'); // the relay's repeat
    const runs = await eventually('it is listed', async () => {
      const { count } = await temporal.client.workflow.count(`WorkflowId = 'unheard'`);
      return count > 0 && count;
    });
    assert.equal(runs, 1);
  });

  if (!isFull) return;

  it('a half-open connection costs each call its deadline and no more, and is replaced without a restart', async () => {
    await deliver('before');
    proxy.set({ swallow: true });
    await assert.rejects(deliver('silent'), { name: 'ServiceError' });
    await assert.rejects(workerPresence(client, ['none']).count(), { code: 'TEMPORAL_UNAVAILABLE' });
    proxy.set({}); // the connection that has lost something stays so
    let outcome: string | undefined;
    for (let tries = 0; outcome === undefined; tries += 1) outcome = await deliver('after').catch(() => undefined);
    assert.equal(outcome, 'started');
  });
});
