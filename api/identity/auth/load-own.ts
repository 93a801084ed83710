import { AppError } from '../../../core/errors.ts';
import { atHome, type UserActor } from '../../../domain/identity/actor.ts';
import { loadAccount, type Account } from '../../../services/identity/accounts.ts';
import type { App } from '../../app.ts';

/** The caller's own account, in its own organisation. @throws {AppError} ACCOUNT_GONE */
export async function loadOwn({ uow }: App, actor: UserActor): Promise<Account> {
  const found = await uow.read(atHome(actor), (unit) => loadAccount(unit, actor.userId));
  if (!found) throw new AppError('ACCOUNT_GONE');
  return found;
}
