import { AppError } from '../../../core/errors.ts';
import { isCommonPassword } from '../../../core/passwords.ts';
import { passwordFault } from '../../../domain/identity/password-policy.ts';
import type { App } from '../../app.ts';
import { invalid } from '../../problem.ts';

/** A password that somebody registers with. @throws {AppError} VALIDATION_ERROR naming the field */
export function checkFirstPassword({ settings }: App, password: string, email: string): void {
  const { minLength } = settings.passwords;
  const fault = passwordFault(password, { minLength, strict: false, email, isCommon: isCommonPassword });
  if (fault !== undefined) throw invalid([{ loc: ['body', 'password'], msg: fault, type: 'string.password' }]);
}

/** A password for an account that somebody else has made, or in another's place. @throws {AppError} PASSWORD_TOO_WEAK */
export function checkStrictPassword({ settings }: App, password: string, email: string): void {
  const { minLength } = settings.passwords;
  const fault = passwordFault(password, { minLength, strict: true, email, isCommon: isCommonPassword });
  if (fault !== undefined) throw new AppError('PASSWORD_TOO_WEAK', fault);
}
