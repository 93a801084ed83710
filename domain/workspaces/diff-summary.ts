import { redactSecretsInCode, stripControl, truncate, truncationSuffix } from './text.ts';

/** One changed file as GitHub's compare tells it; `patch` is null for binary files and for those that GitHub leaves out. */
export type DiffFile = {
  filename: string;
  status: string;
  additions: number;
  deletions: number;
  changes: number;
  patch: string | null;
};

/** `diffSummary` of the contract (snake_case kept). `truncated`: files or patches were left out or cut. */
export type DiffSummary = {
  ahead_by: number;
  behind_by: number;
  total_commits: number;
  base: string;
  head: string;
  files: DiffFile[];
  truncated: boolean;
};

/** The part of GitHub's compare reply that is read. */
export type CompareReply = {
  ahead_by: number;
  behind_by: number;
  total_commits: number;
  files?: readonly CompareFile[] | undefined;
};
export type CompareFile = {
  filename: string;
  status: string;
  additions: number;
  deletions: number;
  changes: number;
  patch?: string | undefined;
};

/** `base`: the template's commit (or branch name); `head`: the run's commit. */
export type CompareEnds = { base: string; head: string };

/** Counts, and UTF-16 units of patch text. */
export type DiffLimits = { files: number; filenameChars: number; patchChars: number; totalPatchChars: number };
export const diffLimits: DiffLimits = {
  files: 300,
  filenameChars: 1_000,
  patchChars: 20_000,
  totalPatchChars: 400_000,
};

/**
 * GitHub's compare reply cut to what a row should hold. Candidates write file names and patches: both lose control characters,
 * patches also what has the shape of a secret. A cut patch ends with the usual suffix; past the total, patches are the suffix alone.
 */
export function summarizeDiff(reply: CompareReply, ends: CompareEnds, limits: DiffLimits = diffLimits): DiffSummary {
  const all = reply.files ?? [];
  let left = limits.totalPatchChars;
  let truncated = all.length > limits.files;
  const files = all.slice(0, limits.files).map((file): DiffFile => {
    const patch = keepPatch(file.patch, Math.min(limits.patchChars, left));
    left -= patch.kept;
    truncated ||= patch.truncated;
    return {
      filename: truncate(stripControl(file.filename), limits.filenameChars).text,
      status: file.status,
      additions: file.additions,
      deletions: file.deletions,
      changes: file.changes,
      patch: patch.text,
    };
  });
  const { ahead_by, behind_by, total_commits } = reply;
  return { ahead_by, behind_by, total_commits, base: ends.base, head: ends.head, files, truncated };
}

/** What a file costs in a brief summary besides its name and patch: keys and counts. */
const FILE_CHARS = 100;

/**
 * The summary as a list shows it: at most `limitChars` of names and patches. Names come first, as many as fit, then patches
 * in their order, as far as they fit.
 */
export function briefDiff(summary: DiffSummary, limitChars: number): DiffSummary {
  let left = limitChars;
  const named = summary.files.filter(({ filename }) => (left -= filename.length + FILE_CHARS) >= 0);
  left = limitChars - named.reduce((sum, { filename }) => sum + filename.length + FILE_CHARS, 0);
  let truncated = summary.truncated || named.length < summary.files.length;
  const files = named.map((file): DiffFile => {
    if (file.patch === null) return file;
    const patch = truncate(file.patch, left);
    left = Math.max(0, left - file.patch.length);
    truncated ||= patch.truncated;
    return { ...file, patch: patch.text };
  });
  return { ...summary, files, truncated };
}

function keepPatch(
  patch: string | undefined,
  limit: number,
): { text: string | null; kept: number; truncated: boolean } {
  if (patch === undefined) return { text: null, kept: 0, truncated: false };
  if (limit === 0 && patch !== '') return { text: truncationSuffix, kept: 0, truncated: true };
  const { text, truncated } = truncate(redactSecretsInCode(stripControl(patch)), limit);
  return { text, kept: Math.min(text.length, limit), truncated };
}
