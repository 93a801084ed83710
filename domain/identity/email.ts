const LONGEST = 320;

/**
 * The one way in which an address is kept and compared: without spaces around it, compatibility forms and case folded away
 * (full-width letters, a Kelvin sign for a K), the domain in ASCII (RFC 5890).
 * @returns undefined when this cannot be an address
 */
export function normalEmail(text: string): string | undefined {
  const folded = text.trim().normalize('NFKC').toLowerCase().normalize('NFKC');
  const [, local, domain] = /^([^\s@]+)@([^\s@/?#:\\]+)$/.exec(folded) ?? [];
  // `URL` drops some control characters, and an invisible one would make a second address that looks the same.
  if (/[\p{Cc}\p{Cf}]/u.test(folded)) return undefined;
  if (local === undefined || domain === undefined || !URL.canParse(`http://${domain}`)) return undefined;
  const email = `${local}@${new URL(`http://${domain}`).hostname}`;
  return email.length <= LONGEST ? email : undefined;
}

/** What stands before the `@`. */
export function localPart(email: string): string {
  return email.slice(0, email.lastIndexOf('@'));
}
