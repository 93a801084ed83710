import assert from 'node:assert/strict';
import { assert as check, option, property, string } from 'fast-check';
import { displayName, platformStatuses, platformStatusOf } from '../../../domain/identity/member.ts';

describe('where a membership stands', () => {
  it('is suspended once it is switched off, else active once it was accepted', () => {
    const acceptedAt = new Date();
    assert.equal(platformStatusOf({ isActive: true, acceptedAt: null }), 'INVITED');
    assert.equal(platformStatusOf({ isActive: true, acceptedAt }), 'ACTIVE');
    assert.equal(platformStatusOf({ isActive: false, acceptedAt }), 'SUSPENDED');
    assert.equal(platformStatusOf({ isActive: false, acceptedAt: null }), 'SUSPENDED');
    assert.deepEqual([...platformStatuses], ['INVITED', 'ACTIVE', 'SUSPENDED']);
  });
});

describe('what somebody is called', () => {
  const email = 'ada.lovelace@example.com';

  it('is as they are known, else first and last name, else what stands before the @', () => {
    assert.equal(displayName({ name: 'Countess', firstName: 'Ada', lastName: 'Lovelace', email }), 'Countess');
    assert.equal(displayName({ firstName: 'Ada', lastName: 'Lovelace', email }), 'Ada Lovelace');
    assert.equal(displayName({ firstName: 'Ada', lastName: null, email }), 'Ada');
    assert.equal(displayName({ firstName: null, lastName: 'Lovelace', email }), 'Lovelace');
    assert.equal(displayName({ firstName: '', lastName: undefined, email }), 'ada.lovelace');
    assert.equal(displayName({ email }), 'ada.lovelace');
  });

  it('has 1 to 200 characters, however long first and last name are', () => {
    const name = option(
      string({ minLength: 1, maxLength: 100 }).filter((text) => text.trim() !== ''),
      { nil: null },
    );
    check(
      property(name, name, (firstName, lastName) => {
        const { length } = displayName({ firstName, lastName, email });
        assert.ok(length >= 1 && length <= 200, String(length));
      }),
      { examples: [['F'.repeat(100), 'L'.repeat(100)]] },
    );
    assert.equal(displayName({ email: `${'x'.repeat(300)}@example.com` }).length, 200);
  });
});
