import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';

/** Whoever could take away the last owner does so one after the other: two at once would not see one another. */
export async function lockOwnership({ db, actor }: UnitOfWork): Promise<void> {
  await rowsOf(db, `select id from roles where org_id = $1 and is_system and name = 'owner' for update`, [actor.orgId]);
}

/** @throws {AppError} LAST_OWNER when no active account of the organisation owns it any more */
export async function assertOwnerLeft({ db, actor }: UnitOfWork): Promise<void> {
  const owners = await rowsOf(
    db,
    `select u.id from users u
     join user_roles ur on ur.org_id = u.org_id and ur.user_id = u.id
     join roles r on r.org_id = ur.org_id and r.id = ur.role_id and r.is_system and r.name = 'owner'
     where u.org_id = $1 and u.is_active limit 1`,
    [actor.orgId],
  );
  if (owners.length === 0) throw new AppError('LAST_OWNER');
}
