import type { Verdict } from '../verdict.ts';
import type { Actor } from './actor.ts';

/** Whoever has an account may see what it says. */
export function mayReadOwnAccount(actor: Actor): Verdict {
  return actor.kind === 'user' ? 'allowed' : 'hidden';
}

/** The audit trail tells what everybody has done, so it has a permission of its own. */
export function mayReadAuditTrail(actor: Actor): Verdict {
  return actor.kind === 'user' && actor.permissions.includes('audit_logs.read') ? 'allowed' : 'denied';
}
