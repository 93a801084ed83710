import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { deliverMessage } from '../../core/temporal.ts';
import { emailStart } from '../../workflows/mail/email.contract.ts';
import { startSkippingTemporal, type SkippingTemporal } from '../support/temporal-skipping.ts';
import { stubActivities } from '../support/temporal-stubs.ts';
import { until } from '../support/temporal-until.ts';

describe('the email workflow', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let temporal: SkippingTemporal;

  before(async () => {
    temporal = await startSkippingTemporal(stubs.activities);
  });
  after(() => temporal.stop());

  async function start(): Promise<WorkflowHandle> {
    const message = { start: emailStart({ orgId: randomUUID(), emailId: randomUUID() }, 'session-1') };
    await deliverMessage(temporal.env.client, message, 5_000);
    return temporal.env.client.workflow.getHandle(message.start.workflowId);
  }

  const refuse = (): never => {
    throw ApplicationFailure.retryable('450 try later', 'MAIL_SERVER_REFUSED');
  };
  const reasonRecorded = (): string => stubs.lastInput<{ reason: string }>('recordEmailFailure').reason;

  it('ends with what became of the mail', async () => {
    for (const status of ['sent', 'skipped', 'failed']) {
      stubs.use({ sendEmail: () => ({ status }) });
      assert.deepEqual(await (await start()).result(), { status });
      assert.deepEqual(stubs.called(), ['sendEmail']);
    }
  });

  it('tries again what the mail server refused for now', async () => {
    let tries = 0;
    stubs.use({ sendEmail: () => ((tries += 1) < 8 ? refuse() : { status: 'sent' }) });
    assert.deepEqual(await (await start()).result(), { status: 'sent' });
    assert.equal(tries, 8);
  });

  it('gives up after a day, and says why in the row', async () => {
    stubs.use({ sendEmail: refuse, recordEmailFailure: () => undefined });
    await assert.rejects((await start()).result(), WorkflowFailedError);
    assert.equal(stubs.called().at(-1), 'recordEmailFailure');
    assert(stubs.calls.length > 100);
  });

  it('records a cancellation', async () => {
    stubs.use({ sendEmail: refuse, recordEmailFailure: () => undefined });
    const handle = await start();
    await until('a try', () => stubs.calls.length > 0);
    await handle.cancel();
    await assert.rejects(handle.result(), WorkflowFailedError);
    assert.equal(reasonRecorded(), 'Cancelled by an operator');
  });
});
