import assert from 'node:assert/strict';
import { isCommonPassword } from '../../../core/passwords.ts';
import { LONGEST_PASSWORD, passwordFault, type PasswordRules } from '../../../domain/identity/password-policy.ts';

const rules: PasswordRules = {
  minLength: 8,
  strict: false,
  email: 'ada.lovelace@example.com',
  isCommon: (password) => ['password', 'correct horse 1', 'corr3ct horse!'].includes(password),
};
const fault = (password: string, changes: Partial<PasswordRules> = {}) =>
  passwordFault(password, { ...rules, ...changes });

describe('a new password', () => {
  it('is good when it is long enough and not known to everybody', () => {
    for (const password of ['quite long enough', 'abcdefgh', '12345678', ' spaces ', 'ünïcödé!', '密码密码密码密码']) {
      assert.equal(fault(password), undefined, password);
    }
  });

  it('has so many characters, as people count them', () => {
    assert.equal(fault('1234567'), 'The password must have at least 8 characters');
    assert.equal(fault(''), 'The password must have at least 8 characters');
    assert.equal(fault('🔑'.repeat(7)), 'The password must have at least 8 characters');
    assert.equal(fault('🔑'.repeat(8)), undefined);
    assert.equal(fault('123456', { minLength: 6 }), undefined);
    assert.equal(fault('x'.repeat(19), { minLength: 20 }), 'The password must have at least 20 characters');
  });

  it('has no more than are worth hashing', () => {
    assert.equal(fault('x'.repeat(LONGEST_PASSWORD)), undefined);
    assert.equal(fault('x'.repeat(LONGEST_PASSWORD + 1)), 'The password must have at most 256 characters');
    assert.equal(fault('🔑'.repeat(LONGEST_PASSWORD)), undefined);
  });

  it('is not among the most common ones, in any case', () => {
    for (const password of ['password', 'PASSWORD', 'PassWord']) assert.match(fault(password) ?? '', /most common/);
    assert.match(fault('Corr3ct Horse!', { strict: true }) ?? '', /most common/);
    for (const password of ['password1', 'PassWord1', 'iloveyou', 'qwertyuiop', '1234567890']) {
      assert.match(fault(password, { isCommon: isCommonPassword }) ?? '', /most common/, password);
    }
  });

  it('is not one’s own address, nor what stands before its @, in any case', () => {
    for (const password of ['ada.lovelace@example.com', 'ADA.Lovelace@example.com', 'Ada.Lovelace']) {
      assert.equal(fault(password), 'The password must not be your e-mail address', password);
    }
    assert.equal(fault('ada.lovelace 1843'), undefined);
  });

  describe('for an account that somebody else has made', () => {
    const strict = (password: string, changes: Partial<PasswordRules> = {}) =>
      fault(password, { strict: true, ...changes });

    it('has twelve characters, or more where the setting says so', () => {
      assert.equal(strict('Sh0rt, yes!'), 'The password must have at least 12 characters');
      assert.equal(strict('Just 12, yes'), undefined);
      assert.equal(strict('Just 12, yes', { minLength: 6 }), undefined);
      assert.equal(strict('Just 12, yes', { minLength: 13 }), 'The password must have at least 13 characters');
    });

    it('has four kinds of characters, of any alphabet', () => {
      const wanted =
        'The password must have a lower-case letter, an upper-case letter, a digit and a special character';
      for (const lacking of ['no capital letter 1', 'NO SMALL LETTER 1', 'No digit in here!', 'Nothing5pecialHere']) {
        assert.equal(strict(lacking), wanted, lacking);
      }
      for (const good of ['Corr3ct horse', 'Größe-Ändern-7', 'Пароль длинный 7', 'Under_score_7', 'Emoji🔑Are2Fine']) {
        assert.equal(strict(good), undefined, good);
      }
    });
  });

  it('is told one fault at a time, the simplest first, and never repeated in it', () => {
    assert.equal(fault('Passwor', { strict: true }), 'The password must have at least 12 characters');
    assert.doesNotMatch(fault('hunter2 hunter2', { strict: true }) ?? '', /hunter2/);
  });
});
