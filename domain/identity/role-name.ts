/** `backend reviewer` → `Backend Reviewer`, as clients expect of custom roles; what is upper case stays so: `HR lead` → `HR Lead`. */
export function titleCased(name: string): string {
  return name.replaceAll(/(?<![\p{L}\p{N}'’])\p{Ll}/gu, (letter) => letter.toUpperCase());
}
