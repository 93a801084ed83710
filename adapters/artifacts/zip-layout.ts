import type * as yauzl from 'yauzl';
import { ArtifactError } from './artifact-error.ts';

const endBytes = 22;
const locatorBytes = 20;
const localHeaderBytes = 30;
const locatorSignature = 0x07064b50;

type Place = Pick<yauzl.Entry, 'relativeOffsetOfLocalHeader' | 'fileNameLength' | 'compressedSize'>;

/**
 * Refuses archives that readers could understand in two ways: entries that lie over each other (a bomb needs no nesting then), and a
 * directory that does not end where the end record begins (something was put before the archive, or it is two glued together).
 * `commentBytes` is the length of the archive's own comment. Throws `ArtifactError`.
 */
export function assertOneMeaning(zip: Buffer, commentBytes: number, entries: readonly Place[]): void {
  const { directory, closed } = layoutOf(zip, zip.length - commentBytes - endBytes);
  const inOrder = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  const overlaps = inOrder.some(
    (entry, at) => endOfData(entry) > (inOrder[at + 1]?.relativeOffsetOfLocalHeader ?? directory),
  );
  if (overlaps || !closed) throw new ArtifactError('zip_invalid', 'The archive is damaged or is not a zip.');
}

/** At least: the local header may have an extra field of its own. */
function endOfData({ relativeOffsetOfLocalHeader, fileNameLength, compressedSize }: Place): number {
  return relativeOffsetOfLocalHeader + localHeaderBytes + fileNameLength + compressedSize;
}

/**
 * Where the central directory begins, and whether it and the records after it follow each other without a gap. The zip's reader has
 * found the records themselves valid.
 */
function layoutOf(zip: Buffer, end: number): { directory: number; closed: boolean } {
  const locator = end - locatorBytes;
  if (locator < 0 || zip.readUInt32LE(locator) !== locatorSignature) {
    const directory = zip.readUInt32LE(end + 16);
    return { directory, closed: directory + zip.readUInt32LE(end + 12) === end };
  }
  const record = wide(zip, locator + 8);
  const directory = wide(zip, record + 48);
  const recordEnd = record + 12 + wide(zip, record + 4);
  return { directory, closed: directory + wide(zip, record + 40) === record && recordEnd === locator };
}

function wide(zip: Buffer, at: number): number {
  return Number(zip.readBigUInt64LE(at));
}
