import type { ErrorCode } from '../../core/error-catalogue.ts';

/** What every route of a candidate's task may answer before it has looked at the workspace. */
export const taskAccessErrors = [
  'CANDIDATE_SESSION_HEADER_REQUIRED',
  'CANDIDATE_SESSION_NOT_FOUND',
  'INVITE_TOKEN_EXPIRED',
  'INVITE_REVOKED',
  'TASK_NOT_FOUND',
] as const satisfies readonly ErrorCode[];

/** What a command on GitHub may end with: contracts/hiring.md section 1, all of them 502. */
export const githubErrors = [
  'GITHUB_UNAVAILABLE',
  'GITHUB_RATE_LIMITED',
  'GITHUB_TOKEN_INVALID',
  'GITHUB_PERMISSION_DENIED',
  'GITHUB_NOT_FOUND',
  'GITHUB_REQUEST_REFUSED',
  'GITHUB_CALL_NOT_SENT',
  'REPOSITORY_NAME_TAKEN',
] as const satisfies readonly ErrorCode[];
