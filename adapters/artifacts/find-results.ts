import { createHash } from 'node:crypto';
import type { ParsedTestResults } from '../../domain/workspaces/test-results.ts';
import { ArtifactError } from './artifact-error.ts';
import { decodeText } from './decode.ts';
import { mayBeJunit, sumJunit } from './junit.ts';
import type { ArtifactLimits } from './limits.ts';
import { holdsCounts, parseResultsFile, readResults } from './results-json.ts';
import type { ArchiveFile } from './zip.ts';

const preferredFile = 'tenon-test-results.json';
const antAggregate = 'tests-testsuites.xml'; // Ant's sum of the TEST-*.xml beside it

/**
 * The results in an archive's files: `*tenon-test-results.json`, else any .json with the three counts, else JUnit. A file that cannot be
 * read gives way to the next kind, as the contract says; when nothing is left, the error of the most wanted one is thrown.
 * Beyond the contract: it takes the *first* .xml that parses; here all JUnit files count together (surefire and Gradle write one per
 * class), and one broken report spoils the sum, for it may be the one with the failures.
 */
export async function findResults(files: readonly ArchiveFile[], limits: ArtifactLimits): Promise<ParsedTestResults> {
  const readable = files.filter(({ path }) => !isMacShadow(path)).sort(byPlace);
  const json = readable.filter(({ path }) => path.toLowerCase().endsWith('.json'));
  const preferred = json.filter((file) => baseName(file).endsWith(preferredFile));
  const others = json.filter((file) => !baseName(file).endsWith(preferredFile)).slice(0, limits.jsonFiles);
  const errors = { preferred: new Failures(), others: new Failures(), junit: new Failures() };

  return (
    (await errors.preferred.firstOf(preferred, async (file) =>
      readResults(parseResultsFile(await file.read(), limits), 'tenon', limits),
    )) ??
    (await errors.others.firstOf(others, async (file) => {
      const value = parseResultsFile(await file.read(), limits);
      return holdsCounts(value) ? readResults(value, 'json', limits) : null;
    })) ??
    (await errors.junit.firstOf([readable], (all) => readJunitFiles(all, limits))) ??
    fail(errors.preferred.first ?? errors.junit.first ?? errors.others.first)
  );
}

/** Remembers why the earlier candidates did not do. */
class Failures {
  first: ArtifactError | undefined;

  async firstOf<T>(
    candidates: readonly T[],
    read: (candidate: T) => Promise<ParsedTestResults | null>,
  ): Promise<ParsedTestResults | null> {
    for (const candidate of candidates) {
      try {
        const results = await read(candidate);
        if (results !== null) return results;
      } catch (error) {
        if (!(error instanceof ArtifactError)) throw error;
        this.first ??= error;
      }
    }
    return null;
  }
}

/** Null when no file is JUnit. Identical copies count once, as does what Ant's aggregate repeats. */
async function readJunitFiles(
  files: readonly ArchiveFile[],
  limits: ArtifactLimits,
): Promise<ParsedTestResults | null> {
  const all = files.filter(({ path }) => path.toLowerCase().endsWith('.xml'));
  const parts = all.filter((file) => baseName(file).startsWith('test-'));
  const chosen = parts.length > 0 ? all.filter((file) => baseName(file) !== antAggregate) : all;
  const sum = sumJunit(limits);
  const seen = new Set<string>();
  let bytesLeft = limits.xmlTotalBytes;
  for (const file of chosen) {
    const bytes = await file.read();
    const text = decodeText(bytes);
    const digest = createHash('sha256').update(bytes).digest('base64');
    if (seen.has(digest) || !mayBeJunit(text, limits)) continue;
    seen.add(digest);
    bytesLeft -= bytes.length;
    if (bytes.length > limits.xmlBytes || bytesLeft < 0)
      throw new ArtifactError('xml_too_large', 'The reports are too large.');
    sum.add(text);
  }
  return seen.size === 0 ? null : sum.results();
}

function fail(error: ArtifactError | undefined): never {
  throw error ?? new ArtifactError('results_missing', 'The artifact holds no test results.');
}

/** Shallowest first, then by path in code-unit order: the same archive always gives the same answer. */
function byPlace(a: ArchiveFile, b: ArchiveFile): number {
  const depth = (path: string) => path.split('/').length;
  if (depth(a.path) !== depth(b.path)) return depth(a.path) - depth(b.path);
  return a.path < b.path ? -1 : 1;
}

function baseName({ path }: ArchiveFile): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}

/** macOS's resource forks have their file's name and none of its content. */
function isMacShadow(path: string): boolean {
  return path.startsWith('__MACOSX/') || path.slice(path.lastIndexOf('/') + 1).startsWith('._');
}
