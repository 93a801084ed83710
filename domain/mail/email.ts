import type { ReminderKind } from '../hiring/reminders.ts';
import type { AccountLinkKind } from '../identity/account-link.ts';

/** What a recruiter is told of a session of theirs. */
export type NewsKind = 'session_completed' | 'session_expired' | 'invitation_failed';

/** What a mail is about; each kind has one template. */
export type EmailKind = 'invitation' | ReminderKind | NewsKind | AccountLinkKind;

/** `skipped`: what it would have said was no longer true when its turn came. */
export type EmailStatus = 'queued' | 'sent' | 'failed' | 'skipped';
