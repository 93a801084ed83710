import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { AccountLinkKind } from '../../domain/identity/account-link.ts';
import { AccountLink } from '../../models/account-link.ts';
import type { Email } from '../../models/email.ts';
import { Organization } from '../../models/organization.ts';
import { User } from '../../models/user.ts';
import { candidateMailFacts, newsFacts, type CandidateMailFacts, type NewsFacts } from './session-facts.ts';

/** What a mail about an account says, without its link, which is derived where it is rendered. */
export interface AccountMailFacts {
  readonly kind: AccountLinkKind;
  readonly emailId: string;
  readonly toAddress: string;
  readonly name: string;
  readonly organization: string;
  readonly expiresAt: Date;
  readonly link: { readonly id: string; readonly kind: AccountLinkKind; readonly tokenKeyId: string };
}

export type MailFacts = CandidateMailFacts | NewsFacts | AccountMailFacts;

/** @returns undefined when what the mail would say is no longer true */
export function factsOf(uow: UnitOfWork, email: Email): Promise<MailFacts | undefined> {
  const { kind } = email;
  switch (kind) {
    case 'invitation':
    case 'invite_ends_72h':
    case 'invite_ends_24h':
    case 'work_ends_24h':
    case 'work_ends_2h':
      return candidateMailFacts(uow, email, kind);
    case 'session_completed':
    case 'session_expired':
    case 'invitation_failed':
      return newsFacts(email, kind);
    case 'verify_email':
    case 'reset_password':
    case 'accept_invitation':
      return accountFacts(email);
  }
}

async function accountFacts(email: Email): Promise<AccountMailFacts | undefined> {
  const { accountLinkId } = email;
  const link = accountLinkId === null ? null : await AccountLink.findOne({ where: { id: accountLinkId } });
  const user = link && (await User.findOne({ where: { id: link.userId } }));
  const organization = link && (await Organization.findOne({ where: { id: link.orgId } }));
  if (!user?.isActive || !organization || link.usedAt || link.expiresAt <= new Date()) return undefined;
  return {
    kind: link.kind,
    emailId: email.id,
    toAddress: email.toAddress,
    name: user.name,
    organization: organization.name,
    expiresAt: link.expiresAt,
    link: { id: link.id, kind: link.kind, tokenKeyId: link.tokenKeyId },
  };
}
