import { AppError } from '../../core/errors.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import type { Permission } from '../../domain/identity/permissions.ts';
import { notTheirs } from '../../domain/identity/policies.ts';

/** Nobody gives or takes what they are not allowed themselves. @throws {AppError} PERMISSION_NOT_YOURS */
export function assertTheirs(actor: UserActor, permissions: readonly Permission[]): void {
  const missing = [...new Set(notTheirs(actor, permissions))];
  if (missing.length > 0)
    throw new AppError('PERMISSION_NOT_YOURS', `You are not allowed yourself: ${missing.join(', ')}`);
}
