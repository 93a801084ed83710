import assert from 'node:assert/strict';
import { isCommonPassword } from '../../../core/passwords.ts';
import { passwordFault } from '../../../domain/identity/password-policy.ts';

const fault = (password: string, strict = false): string | undefined =>
  passwordFault(password, { minLength: 8, strict, email: 'ada.lovelace@example.com', isCommon: isCommonPassword });

describe('a new password', () => {
  it('that is long enough and nobody else’s is good', () => {
    assert.equal(fault('correct horse'), undefined);
    assert.equal(fault('Corr3ct horse, battery', true), undefined);
    assert.equal(fault('Пароль-пароль1', true), undefined, 'letters of any alphabet count');
  });

  it('is counted in characters, as people do', () => {
    assert.match(fault('🔑🔑🔑🔑') ?? '', /at least 8/);
    assert.equal(fault('🔑🔒🗝🔓🔑🔒🗝🔓'), undefined);
    assert.match(fault('x'.repeat(257)) ?? '', /at most 256/);
  });

  it('is none that everybody tries first, in any case', () => {
    for (const common of ['password1', 'PassWord1', 'iloveyou', 'qwertyuiop', '1234567890']) {
      assert.match(fault(common) ?? '', /most common/, common);
    }
  });

  it('is not the address', () => {
    assert.match(fault('Ada.Lovelace@example.com') ?? '', /e-mail/);
    assert.match(fault('ada.lovelace') ?? '', /e-mail/);
  });

  it('where it must be strict has twelve characters of four kinds', () => {
    for (const [password, words] of [
      ['Sh0rt, yes', /at least 12/],
      ['no capital letter 1', /upper-case/],
      ['NO SMALL LETTER 1', /lower-case/],
      ['No digit in here', /digit/],
      ['Nothing5pecialHere', /special/],
    ] as const) {
      assert.match(fault(password, true) ?? '', words, password);
    }
  });
});
