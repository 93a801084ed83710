const LONGEST = 64;

/** A slug of a free name: `Local Co.` → `local-co`. Never shorter than two characters. */
export function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replaceAll(/^-+|-+$/g, '');
  return plain.length >= 2 && !isUuid(plain) ? plain : `org-${plain || 'x'}`.slice(0, LONGEST);
}

/** An id as the database writes it, in lower case; no slug may look like one. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** `local-co` and `2` → `local-co-2`, within the length of a slug. */
export function suffixedSlug(slug: string, suffix: string): string {
  return `${slug.slice(0, LONGEST - suffix.length - 1).replace(/-+$/, '')}-${suffix}`;
}

/**
 * What an `X-Org-Id` header names: a slug or a uuid, trimmed and in lower case (contracts/identity.md section 3.2).
 * @returns undefined when it can be neither
 */
export function orgIdOf(header: string): string | undefined {
  const wanted = header.trim().toLowerCase();
  return /^[a-z0-9][a-z0-9_-]{1,63}$/.test(wanted) ? wanted : undefined;
}
