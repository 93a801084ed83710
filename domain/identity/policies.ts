import type { Verdict } from '../verdict.ts';
import type { Actor } from './actor.ts';

/** Whoever has an account may see what it says. */
export function mayReadOwnAccount(actor: Actor): Verdict {
  return actor.kind === 'user' ? 'allowed' : 'hidden';
}
