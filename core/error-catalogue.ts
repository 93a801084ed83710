interface ErrorKind {
  readonly status: number;
  /** The sentence used when a thrower gives none; the contract's text where it has one. */
  readonly title: string;
  readonly retryable: boolean;
}

const final = (status: number, title: string): ErrorKind => ({ status, title, retryable: false });
const passing = (status: number, title: string): ErrorKind => ({ status, title, retryable: true });

/** Every `errorCode` on the wire. Texts are those of contracts/hiring.md where it states them. */
export const errorCatalogue = {
  VALIDATION_ERROR: final(422, 'The request is not valid'),
  MALFORMED_BODY: final(400, 'The request body is not valid JSON'),
  PAYLOAD_TOO_LARGE: final(413, 'Request body too large'),
  UNSUPPORTED_MEDIA_TYPE: final(415, 'Send the request body as application/json'),
  FORBIDDEN: final(403, 'You may not do this'),
  NOT_FOUND: final(404, 'Not found'),
  METHOD_NOT_ALLOWED: final(405, 'Method not allowed'),
  CONFLICT: final(409, 'The request conflicts with the current state'),
  RATE_LIMITED: passing(429, 'Too many requests. Please slow down.'),
  INTERNAL_ERROR: final(500, 'Something went wrong on our side; the request id finds it in the log'),
  DATABASE_UNAVAILABLE: passing(503, 'The database cannot be reached. Please try again.'),
  IDEMPOTENCY_KEY_REUSED: final(422, 'This Idempotency-Key was used with another request body'),

  NOT_AUTHENTICATED: final(401, 'Not authenticated'),
  TOKEN_INVALID: final(401, 'Invalid token'),
  TOKEN_HEADER_INVALID: final(401, 'Invalid token header'),
  TOKEN_KID_MISSING: final(401, 'Token header missing kid'),
  TOKEN_ALGORITHM_INVALID: final(401, 'Invalid token algorithm'),
  TOKEN_KEY_UNKNOWN: final(401, 'Signing key not found'),
  TOKEN_EXPIRED: final(401, 'Token expired'),
  AUTH_PROVIDER_UNAVAILABLE: passing(503, 'Auth provider unavailable'),
  DEV_AUTH_LOCALHOST_ONLY: final(403, 'DEV_AUTH_BYPASS only allowed from localhost'),
  DEV_USER_UNKNOWN: final(401, 'Dev user not found'),
  RECRUITER_ACCESS_REQUIRED: final(403, 'Recruiter access required'),
  CANDIDATE_ACCESS_REQUIRED: final(403, 'Candidate access required'),
  ACCOUNT_INACTIVE: final(403, 'This account has been deactivated'),
  EMAIL_NOT_VERIFIED: final(403, 'Email verification required'),
  IDENTITY_CONFLICT: final(403, 'This e-mail already belongs to an account that signs in another way'),
  ORG_REQUIRED: final(409, 'This e-mail belongs to several organisations: name one with the X-Org-Id header'),

  SIMULATION_NOT_FOUND: final(404, 'Simulation not found'),
  INVALID_TEMPLATE_KEY: final(422, 'Invalid templateKey'),
  SUBMISSION_IN_FLIGHT: passing(409, 'A submission of this candidate is still being tested. Please try again.'),
  CANDIDATE_ALREADY_COMPLETED: final(409, 'This candidate has already completed the simulation'),
  SUBMISSION_NOT_FOUND: final(404, 'Submission not found'),

  INVITE_TOKEN_UNKNOWN: final(404, 'Invalid invite token'),
  INVITE_TOKEN_EXPIRED: final(410, 'Invite token expired'),
  INVITE_REVOKED: final(410, 'Invite revoked'),
  CANDIDATE_SESSION_NOT_FOUND: final(404, 'Candidate session not found'),
  CANDIDATE_SESSION_HEADER_REQUIRED: final(401, 'Missing candidate session headers'),
  TASK_NOT_FOUND: final(404, 'Task not found'),
  TASK_OUT_OF_ORDER: final(400, 'Task out of order'),
  TASK_NOT_RUNNABLE: final(400, 'Run tests is only available for code tasks'),
  SUBMISSION_CONFLICT: final(409, 'Task already submitted'),
  SIMULATION_COMPLETED: final(409, 'Simulation already completed'),
  CONTENT_REQUIRED: final(400, 'contentText is required'),
  INVALID_BRANCH_NAME: final(400, 'Invalid branch name'),
  INVALID_GITHUB_USERNAME: final(400, 'Invalid GitHub username'),
  WORKSPACE_NOT_INITIALIZED: final(400, 'Workspace not initialized. Call /codespace/init first.'),
  WORKSPACE_UNKNOWN: final(404, 'Workspace not initialized'),
  WORKSPACE_NOT_READY: passing(409, 'Workspace repo not provisioned yet. Please try again.'),
  RUN_NOT_FOUND: final(404, 'Run not found'),
  GITHUB_UNAVAILABLE: passing(502, 'GitHub unavailable. Please try again.'),
  GITHUB_RATE_LIMITED: passing(502, 'GitHub unavailable. Please try again.'),
  GITHUB_TOKEN_INVALID: final(502, 'GitHub unavailable. Please try again.'),
  GITHUB_PERMISSION_DENIED: final(502, 'GitHub unavailable. Please try again.'),
  GITHUB_NOT_FOUND: final(502, 'GitHub unavailable. Please try again.'),
  GITHUB_REQUEST_REFUSED: final(502, 'GitHub unavailable. Please try again.'),
  GITHUB_CALL_NOT_SENT: passing(502, 'GitHub unavailable. Please try again.'),
  REPOSITORY_NAME_TAKEN: final(502, 'The name of the repository is taken at GitHub'),
  TEMPLATE_NOT_CONFIGURED: final(500, 'Task template repository is not configured'),
  TEMPLATE_BROKEN: final(500, 'Task template repository is not configured'),
  TEST_RUN_QUEUED: passing(503, 'The test run is accepted and has not been started yet. Please try again.'),
  TEST_RUN_FAILED: passing(502, 'The test run could not be completed. Please try again.'),

  WEBHOOK_SIGNATURE_INVALID: final(401, 'Invalid webhook signature'),
  WEBHOOKS_NOT_CONFIGURED: final(503, 'Webhooks are not configured: set TENON_GITHUB_WEBHOOK_SECRET'),
} as const satisfies Readonly<Record<string, ErrorKind>>;

/** The stable name of an error on the wire. */
export type ErrorCode = keyof typeof errorCatalogue;
