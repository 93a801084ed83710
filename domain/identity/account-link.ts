/** What a link in an account mail is for. */
export type AccountLinkKind = 'verify_email' | 'reset_password' | 'accept_invitation';

const HOUR_MS = 3_600_000;

/** How long each may be opened, in milliseconds; a link that sets a password lives short unless it is the first one. */
export const accountLinkLifeMs: Readonly<Record<AccountLinkKind, number>> = {
  verify_email: 48 * HOUR_MS,
  reset_password: HOUR_MS,
  accept_invitation: 7 * 24 * HOUR_MS,
};
