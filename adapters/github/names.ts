import { unexpectedReply } from './errors.ts';

/** `owner/name` as Octokit wants it. @throws when it is not one; rows are checked before they come here */
export function parts(fullName: string): { owner: string; repo: string } {
  const [owner, repo, more] = fullName.split('/');
  if (!owner || !repo || more !== undefined) throw new Error(`not a repository's full name: ${fullName}`);
  return { owner, repo };
}

/** GitHub's numeric id as text. */
export function idOf(value: unknown, call: string): string {
  if ((typeof value !== 'number' && typeof value !== 'bigint') || value <= 0) throw unexpectedReply(call);
  return String(value);
}

/** Where GitHub may know a workflow: the configured file, then the names that templates have had. */
export function workflowFiles(configured: string): string[] {
  return [...new Set([configured, 'tenon-ci.yml', '.github/workflows/tenon-ci.yml'])];
}
