import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { ReminderKind } from '../../domain/hiring/reminders.ts';
import type { AccountLinkKind } from '../../domain/identity/account-link.ts';
import type { Actor, AnonymousActor } from '../../domain/identity/actor.ts';
import type { EmailKind, NewsKind } from '../../domain/mail/email.ts';
import type { CandidateSession } from '../../models/candidate-session.ts';
import { Email } from '../../models/email.ts';
import { sessionRef } from '../../workflows/hiring/candidate-session.contract.ts';
import { accountRef, emailStart } from '../../workflows/mail/email.contract.ts';

type TenantWork = UnitOfWork<Exclude<Actor, AnonymousActor>>;
type Life = Pick<CandidateSession, 'id' | 'orgId' | 'generation'>;

export interface InvitationRequest {
  readonly kind: 'invitation';
  readonly sessionId: string;
  /** The life of the session that the mail speaks of; if it has moved on by then, the mail is skipped. */
  readonly generation: number;
  readonly toAddress: string;
}

/** Queues the invitation of a candidate; it leaves by workflow once the caller's unit of work has been committed. */
export async function requestEmail(uow: TenantWork, request: InvitationRequest): Promise<{ emailId: string }> {
  const { sessionId: id, generation, ...mail } = request;
  const emailId = await queue(uow, { id, orgId: uow.actor.orgId, generation }, mail);
  if (emailId === undefined) throw new Error(`The invitation of session ${id} was not queued`);
  return { emailId };
}

/** A mail that is sent once in a life of a session, whoever asks for it and however often. */
export async function requestOnce(
  uow: UnitOfWork,
  life: Life,
  mail: { readonly kind: ReminderKind | NewsKind; readonly toAddress: string },
): Promise<void> {
  await queue(uow, life, mail);
}

/** Dated by the database: how long ago a mail was asked for, and which came last, must not depend on who asked. */
async function queue(
  uow: UnitOfWork,
  { id, orgId, generation }: Life,
  { kind, toAddress }: { readonly kind: EmailKind; readonly toAddress: string },
): Promise<string | undefined> {
  const [email] = await rowsOf<{ id: string }>(
    uow.db,
    `insert into emails (org_id, kind, candidate_session_id, session_generation, to_address)
     values ($1, $2, $3, $4, $5) on conflict do nothing returning id`,
    [orgId, kind, id, generation, toAddress],
  );
  if (email) uow.enqueue({ start: emailStart({ orgId, emailId: email.id }, sessionRef(id)) });
  return email?.id;
}

export interface AccountEmailRequest {
  readonly kind: AccountLinkKind;
  /** If it is opened or replaced by then, the mail is skipped. */
  readonly accountLinkId: string;
  readonly userId: string;
  readonly toAddress: string;
}

/** Queues the mail that carries a link of an account. */
export async function requestAccountEmail(
  uow: TenantWork,
  { kind, accountLinkId, userId, toAddress }: AccountEmailRequest,
): Promise<void> {
  const { orgId } = uow.actor;
  const email = await Email.create({ orgId, kind, accountLinkId, toAddress });
  uow.enqueue({ start: emailStart({ orgId, emailId: email.id }, accountRef(userId)) });
}
