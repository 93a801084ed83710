import type { AccountLinkKind } from '../identity/account-link.ts';

/** What a mail is about; each kind has one template. */
export type EmailKind = 'invitation' | AccountLinkKind;

/** `skipped`: what it would have said was no longer true when its turn came. */
export type EmailStatus = 'queued' | 'sent' | 'failed' | 'skipped';
