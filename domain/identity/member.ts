import { localPart } from './email.ts';
import { shortName } from './short-name.ts';

const LONGEST_NAME = 200;

/** Where a membership stands: invited and not used yet, in use, or switched off. */
export const platformStatuses = ['INVITED', 'ACTIVE', 'SUSPENDED'] as const;
export type PlatformStatus = (typeof platformStatuses)[number];

export function platformStatusOf({
  isActive,
  acceptedAt,
}: {
  readonly isActive: boolean;
  readonly acceptedAt: Date | null;
}): PlatformStatus {
  if (!isActive) return 'SUSPENDED';
  return acceptedAt === null ? 'INVITED' : 'ACTIVE';
}

/** What somebody is called: as they are known, or their first and last name, or what stands before the `@`. */
export function displayName(given: {
  readonly name?: string | undefined;
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly email: string;
}): string {
  const parts = [given.firstName, given.lastName].filter(Boolean).join(' ');
  return given.name ?? shortName(parts === '' ? localPart(given.email) : parts, LONGEST_NAME);
}
