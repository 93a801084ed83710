import type { AccountLinkKind } from '../../domain/identity/account-link.ts';
import { isOpen } from '../../domain/hiring/session.ts';
import { AccountLink } from '../../models/account-link.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import type { Email } from '../../models/email.ts';
import { Organization } from '../../models/organization.ts';
import { Simulation } from '../../models/simulation.ts';
import { User } from '../../models/user.ts';
import type { SessionLink } from '../hiring/invite-links.ts';

/** What an invitation says, without its link, which is derived where it is rendered. */
export interface InvitationFacts {
  readonly kind: 'invitation';
  readonly emailId: string;
  readonly toAddress: string;
  readonly candidateName: string;
  readonly title: string;
  readonly role: string;
  readonly expiresAt: Date;
  readonly link: SessionLink;
}

/** The same of a mail about an account. */
export interface AccountMailFacts {
  readonly kind: AccountLinkKind;
  readonly emailId: string;
  readonly toAddress: string;
  readonly name: string;
  readonly organization: string;
  readonly expiresAt: Date;
  readonly link: { readonly id: string; readonly kind: AccountLinkKind; readonly tokenKeyId: string };
}

export type MailFacts = InvitationFacts | AccountMailFacts;

/** @returns undefined when what the mail would say is no longer true */
export function factsOf(email: Email): Promise<MailFacts | undefined> {
  return email.kind === 'invitation' ? invitationFacts(email) : accountFacts(email);
}

async function invitationFacts(email: Email): Promise<InvitationFacts | undefined> {
  const session = await CandidateSession.findOne({ where: { id: email.candidateSessionId ?? '0' } });
  const simulation = session && (await Simulation.findOne({ where: { id: session.simulationId } }));
  if (!simulation || !isOpen(session.status) || session.generation !== email.sessionGeneration) return undefined;
  return {
    kind: 'invitation',
    emailId: email.id,
    toAddress: email.toAddress,
    candidateName: session.candidateName,
    title: simulation.title,
    role: simulation.role,
    expiresAt: session.expiresAt,
    link: { id: session.id, tokenKeyId: session.tokenKeyId, generation: session.generation },
  };
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
