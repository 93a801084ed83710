import { crc32 } from 'node:zlib';
import * as yauzl from 'yauzl';
import { ArtifactError } from './artifact-error.ts';
import type { ArtifactLimits } from './limits.ts';
import { assertOneMeaning } from './zip-layout.ts';

/** A file in an archive: nothing is inflated before `read`, which throws `ArtifactError`. Paths have forward slashes. */
export type ArchiveFile = { path: string; sizeBytes: number; read(): Promise<Buffer> };

/**
 * The files of a zip, in the archive's order, after every entry has passed the rules: counts, declared sizes, ratio, paths that stay
 * inside, no links, no encryption, no name twice, no data shared. One bad entry refuses the whole archive. Throws `ArtifactError` and nothing else.
 */
export async function openArchive(zip: Buffer, limits: ArtifactLimits): Promise<ArchiveFile[]> {
  if (zip.length > limits.zipBytes) throw new ArtifactError('artifact_too_large', 'The artifact is too large.');
  try {
    return await listFiles(zip, limits);
  } catch (error) {
    throw asArtifactError(error);
  }
}

async function listFiles(zip: Buffer, limits: ArtifactLimits): Promise<ArchiveFile[]> {
  // decodeStrings off: yauzl would report a bad path as a broken archive; the path rules below say which it was.
  const archive = await yauzl.fromBufferPromise(zip, { decodeStrings: false });
  archive.on('error', () => {}); // one that comes after the walk has ended must not end the process
  if (archive.entryCount > limits.entries) throw new ArtifactError('zip_too_many_entries', 'Too many files.');
  const files: ArchiveFile[] = [];
  const entries: yauzl.Entry[] = [];
  const seen = new Set<string>();
  const inflated = { bytes: 0 };
  let declaredBytes = 0;
  for await (const entry of archive.eachEntry()) {
    entries.push(entry);
    const path = safePath(entry, limits);
    if (seen.has(path)) throw new ArtifactError('zip_duplicate', 'Two entries have the same name.');
    seen.add(path);
    declaredBytes += entry.uncompressedSize;
    if (declaredBytes > limits.totalBytes) throw new ArtifactError('zip_too_large', 'The files are too large.');
    assertPlain(entry, limits);
    if (path.endsWith('/')) continue;
    files.push({ path, sizeBytes: entry.uncompressedSize, read: () => readEntry(archive, entry, limits, inflated) });
  }
  assertOneMeaning(zip, archive.comment.length, entries);
  return files;
}

/** The entry's path; throws on one that would leave the archive's folder or that could mean two things. */
function safePath(entry: yauzl.Entry, limits: ArtifactLimits): string {
  const path = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  const odd = segments.length === 0 || path.length > limits.pathChars || /\p{Cc}/u.test(path);
  if (odd || yauzl.validateFileName(path) !== null) throw new ArtifactError('zip_path', 'A file has a forbidden path.');
  return `${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

const fileTypeMask = 0o170000;
const plainTypes = new Set([0, 0o100000, 0o040000]); // not said (made on Windows), regular file, folder

function assertPlain(entry: yauzl.Entry, limits: ArtifactLimits): void {
  if (entry.isEncrypted()) throw new ArtifactError('zip_encrypted', 'A file is encrypted.');
  const unixMode = entry.externalFileAttributes >>> 16;
  if (!plainTypes.has(unixMode & fileTypeMask))
    throw new ArtifactError('zip_symlink', 'An entry is a link or a device.');
  const { uncompressedSize, compressedSize } = entry;
  if (uncompressedSize > limits.ratioFromBytes && uncompressedSize > compressedSize * limits.ratio)
    throw new ArtifactError('zip_ratio', 'A file is compressed too well to be honest.');
}

/** Inflates one entry in chunks, off the event loop; stops as soon as it is larger than it says or than the limits allow. */
async function readEntry(
  archive: yauzl.ZipFile,
  entry: yauzl.Entry,
  limits: ArtifactLimits,
  inflated: { bytes: number },
): Promise<Buffer> {
  const tooLarge = () => new ArtifactError('zip_too_large', 'A file is too large.');
  if (entry.uncompressedSize > limits.entryBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const stream: AsyncIterable<Buffer> = await archive.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      bytes += chunk.length;
      inflated.bytes += chunk.length;
      if (bytes > limits.entryBytes || inflated.bytes > limits.totalBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    throw asArtifactError(error);
  }
  const content = Buffer.concat(chunks);
  if (crc32(content) !== entry.crc32) throw new ArtifactError('zip_invalid', 'A file is damaged.');
  return content;
}

/** yauzl and zlib describe what is wrong in words that quote the archive: those are not passed on. */
function asArtifactError(error: unknown): ArtifactError {
  if (error instanceof ArtifactError) return error;
  return new ArtifactError('zip_invalid', 'The archive is damaged or is not a zip.');
}
