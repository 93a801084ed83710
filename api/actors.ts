import type { Context } from 'koa';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { anonymous, type AnonymousActor, type CandidateCaller, type UserActor } from '../domain/identity/actor.ts';
import type { App } from './app.ts';
import { authenticateCandidate } from './middleware/auth/candidate.ts';
import { requireSignature } from './middleware/auth/github-signature.ts';
import { authenticateRecruiter } from './middleware/auth/recruiter.ts';

/** Who an endpoint's handler may meet. */
export type Caller = UserActor | CandidateCaller | AnonymousActor;

/** A door: who may knock, how they show who they are, and what they hear when they cannot. */
export interface Auth<A extends Caller> {
  readonly name: 'public' | 'recruiter' | 'candidate' | 'webhook';
  /** Names of OpenAPI security schemes, any of which opens the door. */
  readonly schemes: readonly string[];
  readonly errors: readonly ErrorCode[];
  /** @throws {AppError} with one of `errors` */
  authenticate(app: App, ctx: Context): Promise<A>;
}

const tokenErrors = [
  'NOT_AUTHENTICATED',
  'TOKEN_INVALID',
  'TOKEN_HEADER_INVALID',
  'TOKEN_KID_MISSING',
  'TOKEN_ALGORITHM_INVALID',
  'TOKEN_KEY_UNKNOWN',
  'TOKEN_EXPIRED',
  'AUTH_PROVIDER_UNAVAILABLE',
] as const satisfies readonly ErrorCode[];

const open = { schemes: [], errors: [], authenticate: () => Promise.resolve(anonymous) } as const;

/** Everyone. */
export const everyone: Auth<AnonymousActor> = { name: 'public', ...open };

/** GitHub: who shows no signature is turned away before the body is read; the handler checks it over the raw body. */
export const webhook: Auth<AnonymousActor> = {
  name: 'webhook',
  schemes: [],
  errors: ['WEBHOOK_SIGNATURE_INVALID', 'WEBHOOKS_NOT_CONFIGURED'],
  authenticate: requireSignature,
};

/** A bearer token with `recruiter:access` and an account in the database; the account's roles decide the rest. */
export const recruiter: Auth<UserActor> = {
  name: 'recruiter',
  schemes: ['bearer', 'devUser'],
  errors: [
    ...tokenErrors,
    'RECRUITER_ACCESS_REQUIRED',
    'ACCOUNT_INACTIVE',
    'EMAIL_NOT_VERIFIED',
    'IDENTITY_CONFLICT',
    'ORG_REQUIRED',
    'DEV_AUTH_LOCALHOST_ONLY',
    'DEV_USER_UNKNOWN',
  ],
  authenticate: authenticateRecruiter,
};

/** A bearer token with `candidate:access`. There is no account; the session or the invite token tells the organisation. */
export const candidate: Auth<CandidateCaller> = {
  name: 'candidate',
  schemes: ['bearer'],
  errors: [...tokenErrors, 'CANDIDATE_ACCESS_REQUIRED'],
  authenticate: authenticateCandidate,
};
