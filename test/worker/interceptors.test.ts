import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import { AppError } from '../../core/errors.ts';
import { activityInterceptors, asFailure } from '../../worker/interceptors.ts';

describe('what Temporal sees of a failed activity', () => {
  const mapped = (error: unknown): ApplicationFailure => {
    const failure = asFailure(error);
    assert(failure instanceof ApplicationFailure);
    return failure;
  };

  it('is the code and the message of an AppError, never its details or what was below', () => {
    const failure = mapped(
      new AppError('TASK_NOT_FOUND', 'Task 7 not found', { cause: new Error('ghp_secret'), extra: { token: 'x' } }),
    );
    assert.equal(failure.type, 'TASK_NOT_FOUND');
    assert.equal(failure.message, 'Task 7 not found');
    assert.equal(failure.nonRetryable, true);
    assert.deepEqual(failure.details ?? [], []);
    assert.equal(failure.cause, undefined);
    assert.equal(failure.stack, '');
  });

  it('is retried when the catalogue says that it passes, after the time that it names', () => {
    const failure = mapped(new AppError('RATE_LIMITED', undefined, { retryAfterSeconds: 90 }));
    assert.equal(failure.nonRetryable, false);
    assert.equal(failure.nextRetryDelay, 90_000);
    assert.equal(mapped(new AppError('GITHUB_UNAVAILABLE')).nextRetryDelay, undefined);
  });

  it('is benign when it only means "not yet"', () => {
    const given = ApplicationFailure.create({ type: 'RUN_NOT_FINISHED', message: 'queued', nextRetryDelay: '5s' });
    const failure = mapped(given);
    assert.equal(failure.category, 'BENIGN');
    assert.equal(failure.nextRetryDelay, '5s');
    assert.equal(failure.nonRetryable, false);
    assert.equal(mapped(new AppError('WORKSPACE_NOT_READY')).category, 'BENIGN');
    assert.equal(mapped(new AppError('GITHUB_UNAVAILABLE')).category, undefined);
  });

  it('is the error itself for anything else, so that it is retried', () => {
    const bug = new TypeError('x is undefined');
    assert.equal(asFailure(bug), bug);
    const failure = ApplicationFailure.nonRetryable('no', 'OTHER');
    assert.equal(asFailure(failure), failure);
  });
});

describe('around an activity', () => {
  it('beats while it works, when its options ask for it', async () => {
    const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 40 });
    const secondBeat = new Promise<string>((resolve) => {
      let beats = 0;
      environment.on('heartbeat', () => (beats += 1) === 2 && resolve('done'));
    });
    const { inbound } = activityInterceptors(environment.context);
    assert.equal(await inbound?.execute?.({ args: [{ orgId: 'o' }], headers: {} }, () => secondBeat), 'done');
  });

  it('adds the organisation to the log lines', async () => {
    const { inbound, outbound } = activityInterceptors(new MockActivityEnvironment().context);
    await inbound?.execute?.({ args: [{ orgId: 'org-1' }], headers: {} }, () => Promise.resolve());
    assert.deepEqual(
      outbound?.getLogAttributes?.({ attempt: 1 }, (attributes) => attributes),
      { attempt: 1, orgId: 'org-1' },
    );
  });
});
