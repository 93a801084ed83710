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
  return plain.length >= 2 ? plain : `org-${plain || 'x'}`;
}
