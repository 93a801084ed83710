import { chooseArtifacts, type ArtifactVerdict } from '../../domain/workspaces/test-results.ts';
import { keepableOutput } from '../../domain/workspaces/text.ts';
import { ArtifactError } from './artifact-error.ts';
import { findResults } from './find-results.ts';
import { artifactLimits, type ArtifactLimits } from './limits.ts';
import { parseResultsFile } from './results-json.ts';
import { openArchive } from './zip.ts';

export { ArtifactError } from './artifact-error.ts';
export { artifactLimits, type ArtifactLimits } from './limits.ts';

/**
 * What an artifact's zip says of the tests. Never throws for what is in it; whatever is wrong is the verdict `unreadable`, never a
 * count. Inflating happens off the event loop; one report at a time is parsed on it.
 */
export async function readArtifact(
  name: string,
  zip: Buffer,
  limits: ArtifactLimits = artifactLimits,
): Promise<ArtifactVerdict> {
  try {
    const results = await findResults(await openArchive(zip, limits), limits);
    return { kind: 'parsed', artifactName: keepableName(name), results };
  } catch (error) {
    return unreadable(name, asArtifactError(error, 'parse_error', 'The results could not be read.'));
  }
}

/**
 * The JSON of the shallowest file with this name in an artifact's zip; undefined when there is none.
 * @throws {ArtifactError} when the archive or the file cannot be read
 */
export async function readFileInArtifact(
  zip: Buffer,
  fileName: string,
  limits: ArtifactLimits = artifactLimits,
): Promise<unknown> {
  const files = await openArchive(zip, limits);
  const named = files.filter(({ path }) => path.split('/').at(-1)?.toLowerCase() === fileName);
  const [file] = named.sort((a, b) => a.path.split('/').length - b.path.split('/').length);
  return file && parseResultsFile(await file.read(), limits);
}

/**
 * The first artifact that can be read, tried in the order of `chooseArtifacts`. `download` may throw: that artifact is skipped, but
 * when none of the others could be read either, the verdict is `download_failed` (asking again may help) rather than theirs. An
 * `ArtifactError` from `download` keeps its code; an abort or cancellation is thrown on.
 */
export async function readFirst<A extends { name: string; expired: boolean }>(
  list: readonly A[],
  download: (artifact: A) => Promise<Buffer>,
  limits: ArtifactLimits = artifactLimits,
): Promise<ArtifactVerdict> {
  const failed: Extract<ArtifactVerdict, { kind: 'unreadable' }>[] = [];
  for (const artifact of chooseArtifacts(list)) {
    const verdict = await downloadAndRead(artifact, download, limits);
    if (verdict.kind === 'parsed') return verdict;
    if (verdict.kind === 'unreadable') failed.push(verdict);
  }
  return failed.find(({ errorCode }) => errorCode === 'download_failed') ?? failed[0] ?? { kind: 'missing' };
}

async function downloadAndRead<A extends { name: string }>(
  artifact: A,
  download: (artifact: A) => Promise<Buffer>,
  limits: ArtifactLimits,
): Promise<ArtifactVerdict> {
  try {
    return await readArtifact(artifact.name, await download(artifact), limits);
  } catch (error) {
    if (error instanceof Error && stopNames.has(error.name)) throw error;
    return unreadable(
      artifact.name,
      asArtifactError(error, 'download_failed', 'The artifact could not be downloaded.'),
    );
  }
}

/** What a caller that wants everything to stop lets `download` throw: fetch's and Temporal's names for it. */
const stopNames = new Set(['AbortError', 'CancelledFailure']);

function unreadable(name: string, { code, message }: ArtifactError): Extract<ArtifactVerdict, { kind: 'unreadable' }> {
  return { kind: 'unreadable', artifactName: keepableName(name), errorCode: code, message };
}

/** Workflow files name artifacts, and candidates write those. */
function keepableName(name: string): string {
  return keepableOutput(name, 200);
}

/** A foreign error's own words may quote a signed URL or the candidate's text: they are not kept. */
function asArtifactError(error: unknown, code: ArtifactError['code'], message: string): ArtifactError {
  return error instanceof ArtifactError ? error : new ArtifactError(code, message);
}
