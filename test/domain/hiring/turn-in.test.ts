import assert from 'node:assert/strict';
import { assert as check, property, shuffledSubarray, subarray } from 'fast-check';
import { fiveDays } from '../../../domain/hiring/blueprint.ts';
import { currentTask, decideTurn, isTurnInComplete } from '../../../domain/hiring/turn-in.ts';

const tasks = fiveDays.map(({ dayIndex, type }) => ({ id: String(100 + dayIndex), dayIndex, type }));

describe('whose turn it is', () => {
  it('begins with day 1 and ends with nothing', () => {
    assert.equal(currentTask(tasks, new Set())?.dayIndex, 1);
    assert.equal(currentTask(tasks, new Set(tasks.map(({ id }) => id))), undefined);
  });

  it('refuses a later day, an earlier one that is done, and anything when all is done', () => {
    const submitted = new Set(['101']);
    assert.equal(decideTurn(tasks, submitted, '102'), 'ok');
    assert.equal(decideTurn(tasks, submitted, '103'), 'out_of_order');
    assert.equal(decideTurn(tasks, submitted, '101'), 'already_submitted');
    assert.equal(decideTurn(tasks, new Set(tasks.map(({ id }) => id)), '999'), 'all_done');
  });

  it('allows exactly one task at any time, however the rows come back', () => {
    check(
      property(shuffledSubarray(tasks, { minLength: 5 }), subarray(tasks), (rows, done) => {
        const submitted = new Set(done.map(({ id }) => id));
        const allowed = rows.filter(({ id }) => decideTurn(rows, submitted, id) === 'ok');
        assert.equal(allowed.length, done.length === tasks.length ? 0 : 1);
      }),
    );
  });
});

describe('what is handed in', () => {
  it('is text for text tasks, and blank text is none', () => {
    assert.equal(isTurnInComplete('design', ' \n\t'), false);
    assert.equal(isTurnInComplete('handoff', undefined), false);
    assert.equal(isTurnInComplete('documentation', 'done'), true);
  });

  it('needs no text where there is a repository', () => {
    assert.equal(isTurnInComplete('code', undefined), true);
    assert.equal(isTurnInComplete('debug', undefined), true);
  });
});
