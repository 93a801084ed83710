import { hashedKey } from '../../core/counter-store.ts';
import { networkOf } from '../../core/network.ts';
import { normalEmail } from '../../domain/identity/email.ts';
import type { Caller } from '../actors.ts';

/** Who a request counts for: the account in its organisation (with an API key too), the candidate, else the address. */
export function callerSubject(caller: Caller, address: string): string {
  switch (caller.kind) {
    case 'user':
      return `user:${caller.orgId}:${caller.userId}`;
    case 'candidateIdentity':
      return `candidate:${hashedKey(`${caller.identity.issuer}|${caller.identity.subject}`)}`;
    case 'anonymous':
      return `address:${hashedKey(networkOf(address))}`;
  }
}

/** Where requests come from that a signed-in door turned away: apart from open doors, so that people can still sign in. */
export function refusedSubject(address: string): string {
  return `refused:${hashedKey(networkOf(address))}`;
}

/** A text that `limitBy` gives, however it is written when it is an e-mail. */
export function textSubject(text: string): string {
  return `text:${hashedKey(normalEmail(text) ?? text.trim().toLowerCase())}`;
}
