import type { Person } from './people.ts';

/** Audience of the API's tokens in the local stack. */
export const apiAudience = 'https://api.tenon.local';

/** Who a token speaks of, in the shape of an Auth0 token of this product (contract hiring, section 2). */
export function claimsOf(person: Person): Record<string, unknown> {
  const permissions = [`${person.role}:access`];
  return {
    sub: `local|${person.email}`,
    email: person.email,
    email_verified: true,
    name: person.name,
    permissions,
    'https://tenon.ai/permissions': permissions,
  };
}
