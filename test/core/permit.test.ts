import assert from 'node:assert/strict';
import { permit } from '../../core/permit.ts';

describe('what a policy says', () => {
  it('goes on, is a 403, or is a 404', () => {
    permit('allowed');
    assert.throws(() => permit('denied'), { code: 'FORBIDDEN', status: 403 });
    assert.throws(() => permit('hidden'), { code: 'NOT_FOUND', status: 404 });
  });

  it('is told in the words of the thing it is about', () => {
    const codes = { denied: 'TASK_OUT_OF_ORDER', hidden: 'TASK_NOT_FOUND' } as const;
    assert.throws(() => permit('denied', codes), { code: 'TASK_OUT_OF_ORDER' });
    assert.throws(() => permit('hidden', codes), { message: 'Task not found' });
  });
});
