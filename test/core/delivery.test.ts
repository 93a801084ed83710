import assert from 'node:assert/strict';
import type { Client } from '@temporalio/client';
import { deliverAfterCommit } from '../../core/delivery.ts';
import { createLogger } from '../../core/logger.ts';
import { createMetrics } from '../../core/metrics.ts';
import type { OutboxEntry } from '../../core/outbox.ts';

function entryOf(id: string): OutboxEntry {
  const start = { workflowId: `probe/${id}`, type: 'probe', taskQueue: 'q', input: {}, orgId: 'org', kind: 'probe' };
  return { id, orgId: 'org', requestId: 'req-1', message: { start: { ...start, ref: 'r', summary: 's' } } };
}

/** A Temporal that takes starts until the one whose id is `refusing`. */
function temporalRefusing(refusing: string): { client: Client; asked: string[] } {
  const asked: string[] = [];
  const client = {
    withDeadline: <T>(_deadline: number, work: () => Promise<T>) => work(),
    workflow: {
      start: (_type: string, { workflowId }: { workflowId: string }) => {
        asked.push(workflowId);
        return workflowId === refusing ? Promise.reject(new Error('away')) : Promise.resolve();
      },
    },
  };
  return { client: client as unknown as Client, asked };
}

describe('delivery after the commit', () => {
  it('says which workflow a request has started, leaves the rest to the relay at the first failure, and never throws', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLogger('test', 'info', {
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    const { client, asked } = temporalRefusing('probe/2');
    const deliver = deliverAfterCommit({ client, log, metrics: createMetrics({ processMetrics: false }) });
    assert.deepEqual(await deliver(['1', '2', '3'].map(entryOf)), [{ id: '1', outcome: 'started' }]);
    assert.deepEqual(asked, ['probe/1', 'probe/2']);
    assert.deepEqual(
      lines.map(({ level, workflowId, requestId, orgId }) => ({ level, workflowId, requestId, orgId })),
      [
        { level: 'info', workflowId: 'probe/1', requestId: 'req-1', orgId: 'org' },
        { level: 'warn', workflowId: 'probe/2', requestId: 'req-1', orgId: 'org' },
      ],
    );
  });
});
