import type { ReminderKind } from '../hiring/reminders.ts';
import { named, oneLine, readableUtc, renderLetter, type MailText } from './letter.ts';
import type { NewsKind } from './email.ts';

export interface ReminderMail {
  readonly kind: ReminderKind;
  readonly candidateName: string;
  readonly title: string;
  readonly link: string;
  readonly expiresAt: Date;
}

/** To the candidate, before the session's clock ends. It names the end, not the time left: the mail may come late. */
export function renderReminder({ kind, candidateName, title, link, expiresAt }: ReminderMail): MailText {
  const what = quoted(title);
  const end = readableUtc(expiresAt);
  const letter = { name: named(candidateName) };
  switch (kind) {
    case 'invite_ends_72h':
    case 'invite_ends_24h':
      return renderLetter({
        ...letter,
        subject: `Your invitation to ${what} ends soon`,
        opening: `your invitation to ${what} is open until ${end}. Your five days begin when you accept it.`,
        step: { action: 'Open your invitation', link },
        closing: 'After that the link no longer opens. If you do not want to take part, there is nothing to do.',
      });
    case 'work_ends_24h':
    case 'work_ends_2h':
      return renderLetter({
        ...letter,
        subject: `Your time for ${what} ends soon`,
        opening: `your time for ${what} ends at ${end}.`,
        step: { action: 'Go on where you are', link },
        closing: 'Please hand in what you have before then: afterwards nothing more can be handed in.',
      });
  }
}

export interface NewsMail {
  readonly kind: NewsKind;
  readonly recruiterName: string;
  readonly candidateName: string;
  readonly inviteEmail: string;
  readonly title: string;
  /** When it happened. */
  readonly at: Date;
  /** Whether the candidate had accepted the invitation. */
  readonly claimed: boolean;
  /** What the mail server said of an invitation that failed. */
  readonly reason: string | null;
}

/** To who made the simulation. There is no page of ours to link to: the recruiter knows where their simulations are. */
export function renderNews(news: NewsMail): MailText {
  const who = `${named(news.candidateName)} (${oneLine(news.inviteEmail)})`;
  const what = quoted(news.title);
  const at = readableUtc(news.at);
  const letter = { name: named(news.recruiterName) };
  switch (news.kind) {
    case 'session_completed':
      return renderLetter({
        ...letter,
        subject: `Completed: ${named(news.candidateName)}, ${what}`,
        opening: `${who} has handed in all five days of ${what}, the last one at ${at}.`,
        closing: 'You can review the submissions now, in your list of submissions.',
      });
    case 'session_expired':
      return renderLetter({
        ...letter,
        subject: `${news.claimed ? 'Expired' : 'Invitation expired'}: ${named(news.candidateName)}, ${what}`,
        opening: news.claimed
          ? `the time of ${who} for ${what} ended at ${at} before all days were handed in.`
          : `${who} did not accept the invitation to ${what} before it ended at ${at}.`,
        closing: news.claimed
          ? 'You can review what was handed in. To let them go on, invite the same address again.'
          : 'To give them another chance, invite the same address again: they get a new link.',
      });
    case 'invitation_failed':
      return renderLetter({
        ...letter,
        subject: `Invitation not delivered: ${named(news.candidateName)}, ${what}`,
        opening: `the invitation to ${what} did not reach ${who}, as was known at ${at}. The reason given: ${oneLine(news.reason ?? '') || 'none'}.`,
        closing:
          'Please check the address, correct it in the list of candidates if it is wrong, or send the invitation again.',
      });
  }
}

function quoted(title: string): string {
  return `"${oneLine(title)}"`;
}
