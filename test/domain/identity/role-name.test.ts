import assert from 'node:assert/strict';
import { assert as check, property, string } from 'fast-check';
import { titleCased } from '../../../domain/identity/role-name.ts';

describe('the name of a custom role', () => {
  it('begins each word with a capital letter', () => {
    for (const [name, wanted] of [
      ['backend reviewer', 'Backend Reviewer'],
      ['Backend Reviewer', 'Backend Reviewer'],
      ['front-end/lead (interim)', 'Front-End/Lead (Interim)'],
      ['élan vital', 'Élan Vital'],
      ['главный редактор', 'Главный Редактор'],
      ['審査 team', '審査 Team'],
      ['2nd line', '2nd Line'],
    ] as const) {
      assert.equal(titleCased(name), wanted);
    }
  });

  it('leaves capitals and what stands after an apostrophe as they are', () => {
    assert.equal(titleCased('HR lead'), 'HR Lead');
    assert.equal(titleCased('iOS reviewer'), 'IOS Reviewer');
    assert.equal(titleCased("people's choice"), "People's Choice");
    assert.equal(titleCased('people’s choice'), 'People’s Choice');
  });

  it('is never that of a system role, and does not change when it is taken again', () => {
    check(
      property(string({ unit: 'grapheme', minLength: 1, maxLength: 100 }), (name) => {
        const titled = titleCased(name);
        assert.equal(titleCased(titled), titled);
        assert.doesNotMatch(titled, /^(owner|admin|hr|employee|recruiter|reviewer|viewer)$/);
      }),
      { numRuns: 1_000, examples: [['owner'], ['ß'], ['ŉ x'], ['ﬁ'], ['ǆ']] },
    );
  });
});
