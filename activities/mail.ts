import { ApplicationFailure } from '@temporalio/common';
import type { MailMessage, MailSender } from '../adapters/mail/smtp.ts';
import type { UnitsOfWork } from '../core/unit-of-work.ts';
import { systemActor, type SystemActor } from '../domain/identity/actor.ts';
import type { MailText } from '../domain/mail/letter.ts';
import { renderNews, renderReminder } from '../domain/mail/session-templates.ts';
import { renderAccountMail, renderInvitation } from '../domain/mail/templates.ts';
import { keepableOutput } from '../domain/workspaces/text.ts';
import { inviteUrl, type PortalSettings } from '../services/hiring/invite-links.ts';
import {
  REASON_LENGTH,
  beginSending,
  recordFailed,
  recordLostAnswer,
  recordRefusal,
  recordSent,
  recordUnknown,
  type SendingDecision,
} from '../services/mail/emails.ts';
import type { MailFacts } from '../services/mail/email-facts.ts';
import { accountLinkUrl } from '../services/identity/account-links.ts';
import type { EmailInput, EmailResult } from '../workflows/mail/email.contract.ts';

export interface MailParts extends PortalSettings {
  readonly units: UnitsOfWork;
  readonly mail: MailSender;
  /** E.g. `Tenon <no-reply@tenon.example>`. */
  readonly from: string;
  /** Without a slash at its end. */
  readonly accountPortalUrl: string;
}

type ToSend = Extract<SendingDecision, { outcome: 'send' }>;

const COMPONENT = 'workflow:email';

/** How mails leave. The link exists only between rendering and sending: not in a row, a log or a history. */
export function mailActivities(parts: MailParts) {
  const { units, mail } = parts;

  /** What cannot be written, e.g. with a link key that this worker does not have yet, has not left: a mended one sends it. */
  async function composed({ facts, isNew }: ToSend, actor: SystemActor): Promise<MailMessage> {
    try {
      return compose(facts, parts);
    } catch (error) {
      const failure = { emailId: facts.emailId, reason: 'It could not be put into words' };
      await units.write(actor, (uow) => (isNew ? recordRefusal : recordLostAnswer)(uow, failure));
      throw error;
    }
  }

  return {
    /**
     * Sends a mail unless it is settled, out of date, or an earlier attempt may have sent it.
     * @throws {ApplicationFailure} to be repeated: MAIL_SERVER_REFUSED when the mail has certainly not been taken,
     * MAIL_OUTCOME_UNKNOWN when it may have been and the provider will recognise it
     */
    async sendEmail({ orgId, emailId }: EmailInput): Promise<EmailResult> {
      const actor = systemActor(orgId, COMPONENT);
      const decision = await units.write(actor, (uow) => beginSending(uow, emailId, mail));
      if (decision.outcome === 'settled') return { status: decision.status };
      const message = await composed(decision, actor);
      const sent = await mail.send(message);
      if (sent.outcome === 'sent') {
        const { providerMessageId = message.messageId } = sent;
        await units.write(actor, (uow) => recordSent(uow, { emailId, providerMessageId }));
        return { status: 'sent' };
      }
      const reason = keepableOutput(sent.reason, REASON_LENGTH);
      if (sent.outcome === 'unknown' && sent.repeatable) {
        await units.write(actor, (uow) => recordLostAnswer(uow, { emailId, reason }));
        throw ApplicationFailure.retryable(reason, 'MAIL_OUTCOME_UNKNOWN');
      }
      if (sent.outcome === 'unknown') {
        await units.write(actor, (uow) => recordUnknown(uow, { emailId, reason }));
        return { status: 'failed' };
      }
      await units.write(actor, (uow) => recordRefusal(uow, { emailId, reason }));
      if (sent.retryable) throw ApplicationFailure.retryable(reason, 'MAIL_SERVER_REFUSED');
      await units.write(actor, (uow) => recordFailed(uow, { emailId, reason }));
      return { status: 'failed' };
    },

    /** Records that the mail will not be sent, unless it was. */
    recordEmailFailure({ orgId, emailId, reason }: EmailInput & { readonly reason: string }): Promise<void> {
      const facts = { emailId, reason: keepableOutput(reason, REASON_LENGTH) };
      return units.write(systemActor(orgId, COMPONENT), (uow) => recordFailed(uow, facts));
    },
  };
}

function compose(facts: MailFacts, parts: MailParts): MailMessage {
  const { from } = parts;
  return {
    messageId: `<${facts.emailId}@${hostOf(from)}>`,
    from,
    to: facts.toAddress,
    ...wordsOf(facts, parts),
  };
}

function wordsOf(facts: MailFacts, parts: MailParts): MailText {
  switch (facts.kind) {
    case 'invitation':
      return renderInvitation({ ...facts, link: inviteUrl(parts, facts.link) });
    case 'invite_ends_72h':
    case 'invite_ends_24h':
    case 'work_ends_24h':
    case 'work_ends_2h':
      return renderReminder({ ...facts, kind: facts.kind, link: inviteUrl(parts, facts.link) });
    case 'session_completed':
    case 'session_expired':
    case 'invitation_failed':
      return renderNews(facts);
    case 'verify_email':
    case 'reset_password':
    case 'accept_invitation':
      return renderAccountMail({ ...facts, link: accountLinkUrl(parts, facts.link) });
  }
}

function hostOf(from: string): string {
  return /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'localhost';
}
