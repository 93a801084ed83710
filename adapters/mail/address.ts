/** Stricter than the grammar: nothing that could end a header or name a second recipient. */
export function isBareAddress(address: string): boolean {
  return /^[^\s\p{Cc}<>(),;:"\\]+@[^\s\p{Cc}<>(),;:"\\@]+$/u.test(address) && address.length <= 320;
}
