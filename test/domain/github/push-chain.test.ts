import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { followPushes, type Step } from '../../../domain/github/push-chain.ts';
import { propertyRun, propertyTimeoutMs } from '../../adapters/artifacts/property.ts';

/** What a branch went through: few commits, so that forced pushes lead back to where it was. */
const histories = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 })
  .map((heads) => heads.filter((head, at) => head !== heads[at - 1]));

const stepsOf = (heads: readonly string[]): Step[] =>
  heads.slice(1).map((after, at) => ({ id: String(at), before: heads[at] ?? '', after }));

describe('following the pushes of a branch', function () {
  this.timeout(propertyTimeoutMs);

  it('ends where the branch is, in whichever order they are told, also when forced ones lead back', () => {
    const told = histories.chain((heads) =>
      fc.tuple(fc.constant(heads), fc.shuffledSubarray(stepsOf(heads), { minLength: heads.length - 1 })),
    );
    fc.assert(
      fc.property(told, ([heads, order]) => {
        let head = heads[0] ?? '';
        let waiting: Step[] = [];
        for (const step of order) {
          const followed = followPushes(head, [...waiting, step]);
          waiting = [...waiting, step].filter(({ id }) => !followed.used.includes(id));
          ({ head } = followed);
        }
        assert.equal(head, heads.at(-1));
      }),
      propertyRun(),
    );
  });

  it('goes nowhere by a push that does not begin where it is, and uses each push once', () => {
    const ab = { id: '1', before: 'a', after: 'b' };
    const cd = { id: '2', before: 'c', after: 'd' };
    assert.deepEqual(followPushes('a', [cd, ab]), { head: 'b', used: ['1'] });
    assert.deepEqual(followPushes('b', [ab, cd]), { head: 'b', used: [] });
    const ba = { id: '3', before: 'b', after: 'a' };
    assert.deepEqual(followPushes('a', [ab, ba]), { head: 'a', used: ['1', '3'] });
  });
});
