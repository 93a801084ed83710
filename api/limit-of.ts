import type { RateLimitClass } from '../core/rate-limit-classes.ts';
import type { Endpoint } from './endpoint.ts';

/** What requests for an endpoint count as: what it names, else what its door and method say. */
export function limitOf({ limit, auth, method }: Endpoint): RateLimitClass | 'none' {
  if (limit !== undefined) return limit;
  if (auth.name === 'webhook') return 'none'; // GitHub, checked by its signature, must be able to tell all it has
  if (isOpen(auth)) return 'open';
  return method === 'get' ? 'read' : 'write';
}

/** Whether anybody may knock: before sign-in, requests count by where they come from. */
export function isOpen({ name }: Endpoint['auth']): boolean {
  return name === 'public' || name === 'webhook';
}
