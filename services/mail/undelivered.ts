import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { AnonymousActor, SystemActor } from '../../domain/identity/actor.ts';
import { keepableOutput } from '../../domain/workspaces/text.ts';
import { Email } from '../../models/email.ts';
import { REASON_LENGTH, settle } from './emails.ts';

/** Whose mail a provider speaks of, before any tenant is known. */
export async function findByProviderId(
  { db }: UnitOfWork<AnonymousActor>,
  { providerMessageId }: { readonly providerMessageId: string },
): Promise<{ readonly emailId: string; readonly orgId: string } | undefined> {
  const [row] = await rowsOf<{ emailId: string; orgId: string }>(
    db,
    'select id as "emailId", org_id as "orgId" from lookup_email_by_provider_id($1)',
    [providerMessageId],
  );
  return row;
}

/** A mail that was sent has not reached its recipient; who waits for it is told. Does nothing to a mail in another state. */
export async function recordUndelivered(
  uow: UnitOfWork<SystemActor>,
  { emailId, reason }: { readonly emailId: string; readonly reason: string },
): Promise<void> {
  const email = await Email.findOne({ where: { id: emailId, status: 'sent' }, lock: true });
  if (email) await settle(uow, email, { status: 'failed', lastError: keepableOutput(reason, REASON_LENGTH) });
}
