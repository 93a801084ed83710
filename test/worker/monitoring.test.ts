import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMetrics } from '../../core/metrics.ts';
import { startMonitoring, type Monitoring } from '../../worker/monitoring.ts';

describe('the worker’s monitoring', () => {
  let monitoring: Monitoring;
  let healthy = true;
  const sdk = createServer((_request, response) => response.end('temporal_request 7\n'));

  before(async () => {
    sdk.listen(0, '127.0.0.1');
    await once(sdk, 'listening');
    monitoring = await startMonitoring({
      host: '127.0.0.1',
      port: 0,
      registry: createMetrics({ processMetrics: false }).registry,
      sdkMetricsUrl: `http://127.0.0.1:${(sdk.address() as AddressInfo).port}/metrics`,
      isHealthy: () => healthy,
    });
  });
  after(async () => {
    await monitoring.close();
    if (sdk.listening) {
      sdk.close();
      sdk.closeAllConnections();
    }
  });

  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${monitoring.port}${path}`);

  it('shows the SDK’s metrics and ours in one place', async () => {
    const text = await (await get('/metrics')).text();
    assert.match(text, /^temporal_request 7$/m);
    assert.match(text, /^tenon_outbox_waiting 0$/m);
  });

  it('says whether it is well', async () => {
    assert.deepEqual([(await get('/health')).status, await (await get('/health')).json()], [200, { status: 'ok' }]);
    healthy = false;
    assert.equal((await get('/health')).status, 503);
  });

  it('knows nothing else', async () => {
    assert.equal((await get('/')).status, 404);
  });

  it('shows ours even when the SDK’s cannot be had', async () => {
    sdk.close();
    sdk.closeAllConnections();
    await once(sdk, 'close');
    assert.match(await (await get('/metrics')).text(), /^tenon_outbox_waiting 0$/m);
  });
});
