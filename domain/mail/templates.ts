import type { AccountLinkKind } from '../identity/account-link.ts';
import { named, oneLine, readableUtc, renderLetter, type MailText } from './letter.ts';

export interface Invitation {
  readonly candidateName: string;
  readonly title: string;
  readonly role: string;
  readonly link: string;
  readonly expiresAt: Date;
}

/** The invite mail of contracts/hiring.md section 6. */
export function renderInvitation({ candidateName, title, role, link, expiresAt }: Invitation): MailText {
  return renderLetter({
    subject: `You're invited: ${named(title, 'a simulation')}`,
    name: named(candidateName),
    opening: `you are invited to "${oneLine(title)}", a simulation of five days for the role ${oneLine(role)}.`,
    step: { action: 'Open your invitation', link },
    closing: `The link is valid until ${readableUtc(expiresAt)}. It is yours alone: please do not pass it on.`,
  });
}

export interface AccountMail {
  readonly kind: AccountLinkKind;
  readonly name: string;
  readonly organization: string;
  readonly link: string;
  readonly expiresAt: Date;
}

/** The mails about an account, each around a link that opens once. */
export function renderAccountMail({ kind, name, organization, link, expiresAt }: AccountMail): MailText {
  const at = named(organization, 'your organisation');
  const until = `The link opens once, until ${readableUtc(expiresAt)}.`;
  const letter = { name: named(name) };
  switch (kind) {
    case 'verify_email':
      return renderLetter({
        ...letter,
        subject: `Confirm your e-mail for ${at}`,
        opening: `please confirm that this is your e-mail address, with which an account at ${at} was made at Tenon. You need the password of that account.`,
        step: { action: 'Confirm your e-mail', link },
        closing: `${until} If you made no such account, ignore this mail.`,
      });
    case 'reset_password':
      return renderLetter({
        ...letter,
        subject: `Choose a new password for ${at}`,
        opening: `somebody, hopefully you, asked for a new password for your account at ${at}.`,
        step: { action: 'Choose a new password', link },
        closing: `${until} If it was not you, ignore this mail: your password stays as it is.`,
      });
    case 'accept_invitation':
      return renderLetter({
        ...letter,
        subject: `Your account at ${at}`,
        opening: `${at} has made an account for you at Tenon. Choose a password and you are in.`,
        step: { action: 'Accept the invitation', link },
        closing: `${until} It is yours alone: please do not pass it on.`,
      });
  }
}
