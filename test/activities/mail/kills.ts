import { isFull } from '../../chaos/seed.ts';
import type { EmailKind } from '../../../domain/mail/email.ts';

/**
 * The steps at which a worker may die with a mail in hand: before the intent is committed; after that, before the server is
 * asked; when the server has taken the body and has not said so; when it has said so and nothing of that is committed; when it is.
 */
export const steps = ['begun', 'asking', 'taken', 'answered', 'recorded'] as const;
export type Step = (typeof steps)[number];

/** Every kind of mail; the compiler refuses one that is missing. */
const everyKind: Readonly<Record<EmailKind, true>> = {
  invite_ends_24h: true,
  session_completed: true,
  reset_password: true,
  invitation: true,
  work_ends_2h: true,
  session_expired: true,
  accept_invitation: true,
  invitation_failed: true,
  verify_email: true,
  invite_ends_72h: true,
  work_ends_24h: true,
};

export interface Kill {
  readonly step: Step;
  readonly kind: EmailKind;
}

/** Every step with another kind of mail; in the full suite every step with each. */
export const kills: readonly Kill[] = steps.flatMap((step, at) => {
  const kinds = Object.keys(everyKind) as EmailKind[];
  return (isFull ? kinds : kinds.slice(at, at + 1)).map((kind) => ({ step, kind }));
});
