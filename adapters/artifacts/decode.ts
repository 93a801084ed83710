/**
 * Bytes as text: UTF-8, or UTF-16 when a byte order mark says so (PowerShell writes it) or, without one, a first character whose other
 * half is zero: both JSON and XML begin with such. What is no character becomes U+FFFD.
 */
export function decodeText(bytes: Buffer): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== undefined && second !== 0)) return 'utf-16be';
  return 'utf-8';
}
