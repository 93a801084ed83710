import { rowsOf } from '../../core/database.ts';
import type { Logger } from '../../core/logger.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { InstallationEvent } from '../../domain/github/installation.ts';

/**
 * Keeps what GitHub last told of an installation of the App, by GitHub's clock: an event that was overtaken changes nothing, and
 * what was deleted does not come back (a new installation has a new id). Operators are told by the log what to do.
 */
export async function recordInstallation(
  { db }: Pick<UnitOfWork, 'db'>,
  told: InstallationEvent,
  log: Logger,
): Promise<void> {
  const { installationId, action, state, accountLogin, suspendedAt, repositorySelection, permissions, toldAt } = told;
  const rows = await rowsOf(
    db,
    `insert into github_installations as known
       (id, account_login, state, suspended_at, repository_selection, permissions, told_at)
     values ($1, $2, $3, $4, $5, coalesce($6::jsonb, '{}'), coalesce($7::timestamptz, now()))
     on conflict (id) do update set
       account_login = coalesce(excluded.account_login, known.account_login),
       state = excluded.state,
       suspended_at = excluded.suspended_at,
       repository_selection = coalesce(excluded.repository_selection, known.repository_selection),
       permissions = case when $6::jsonb is null then known.permissions else excluded.permissions end,
       told_at = greatest(known.told_at, excluded.told_at),
       updated_at = now()
     where known.state <> 'deleted' and (excluded.told_at >= known.told_at or excluded.state = 'deleted')
     returning id`,
    [
      installationId,
      accountLogin,
      state,
      state === 'suspended' ? (suspendedAt ?? new Date().toISOString()) : null,
      repositorySelection,
      permissions && JSON.stringify(permissions),
      toldAt,
    ],
  );
  const facts = { installationId, accountLogin, action, state };
  if (rows.length === 0) log.info(facts, 'GitHub told of its App what a later event has overtaken');
  else if (state === 'active') log.info(facts, 'GitHub told of an installation of its App');
  else
    log.error(
      facts,
      `the GitHub App is ${state} at ${accountLogin ?? 'an account'}: its repositories are out of reach`,
    );
}
