import type { Verdict } from '../domain/verdict.ts';
import type { ErrorCode } from './error-catalogue.ts';
import { AppError } from './errors.ts';

export interface Refusals {
  /** Sent when the policy says `denied`; a 403 unless the contract says otherwise. */
  readonly denied?: ErrorCode;
  /** Sent when it says `hidden`; the 404 of the thing that the caller must not learn about. */
  readonly hidden?: ErrorCode;
}

/** Goes on when a policy said `allowed`: `permit(mayReadTask(actor, task), { hidden: 'TASK_NOT_FOUND' })`. */
export function permit(verdict: Verdict, { denied = 'FORBIDDEN', hidden = 'NOT_FOUND' }: Refusals = {}): void {
  switch (verdict) {
    case 'allowed':
      return;
    case 'denied':
      throw new AppError(denied);
    case 'hidden':
      throw new AppError(hidden);
  }
}
