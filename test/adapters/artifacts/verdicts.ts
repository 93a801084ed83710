import assert from 'node:assert/strict';
import { artifactLimits, readArtifact, type ArtifactLimits } from '../../../adapters/artifacts/index.ts';
import type { ArtifactErrorCode, ParsedTestResults } from '../../../domain/workspaces/test-results.ts';
import { zipOf } from './zips.ts';

type Files = Readonly<Record<string, string | Buffer>>;

/** The results of an artifact that must be readable. */
export async function resultsOf(zip: Buffer | Files, limits: Partial<ArtifactLimits> = {}): Promise<ParsedTestResults> {
  const verdict = await read(zip, limits);
  assert.ok(verdict.kind === 'parsed', `not parsed: ${JSON.stringify(verdict)}`);
  return verdict.results;
}

/** The code of an artifact that must not be readable. */
export async function refusalOf(zip: Buffer | Files, limits: Partial<ArtifactLimits> = {}): Promise<ArtifactErrorCode> {
  const verdict = await read(zip, limits);
  assert.ok(verdict.kind === 'unreadable', `read: ${JSON.stringify(verdict)}`);
  return verdict.errorCode;
}

/** passed/failed/skipped of the reports, given as the archive's XML files. */
export async function countsOf(...reports: readonly string[]): Promise<string> {
  const files = Object.fromEntries(reports.map((report, index) => [`report-${index}.xml`, report]));
  const { passed, failed, skipped, total } = await resultsOf(files);
  assert.equal(total, passed + failed);
  return `${passed}/${failed}/${skipped}`;
}

async function read(zip: Buffer | Files, limits: Partial<ArtifactLimits>) {
  const bytes = Buffer.isBuffer(zip) ? zip : await zipOf(zip);
  return readArtifact('tenon-test-results', bytes, { ...artifactLimits, ...limits });
}
