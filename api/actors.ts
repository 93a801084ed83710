import type { Context } from 'koa';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { anonymous, type AnonymousActor, type CandidateCaller, type UserActor } from '../domain/identity/actor.ts';
import type { App } from './app.ts';
import { authenticateAccount } from './middleware/auth/account.ts';
import { authenticateCandidate } from './middleware/auth/candidate.ts';
import { requireAdminKey } from './middleware/auth/admin-key.ts';
import { requireSignature } from './middleware/auth/github-signature.ts';
import { authenticateRecruiter } from './middleware/auth/recruiter.ts';

/** Who an endpoint's handler may meet. */
export type Caller = UserActor | CandidateCaller | AnonymousActor;

/** A door: who may knock, how they show who they are, and what they hear when they cannot. */
export interface Auth<A extends Caller> {
  readonly name: 'public' | 'account' | 'ownAccount' | 'recruiter' | 'candidate' | 'webhook' | 'adminKey';
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

/** Whoever has the installation's key. Everybody else hears that there is nothing here. */
export const adminKey: Auth<AnonymousActor> = {
  name: 'adminKey',
  schemes: ['adminKey'],
  errors: ['NOT_FOUND'],
  authenticate: requireAdminKey,
};

const accountErrors = [
  ...tokenErrors,
  'RECRUITER_ACCESS_REQUIRED',
  'ACCOUNT_GONE',
  'ACCOUNT_INACTIVE',
  'EMAIL_NOT_VERIFIED',
  'IDENTITY_CONFLICT',
  'ORG_REQUIRED',
  'ORG_NOT_FOUND',
  'ORG_HEADER_INVALID',
  'ORG_HEADER_MISMATCH',
  'ORG_MEMBERSHIP_REQUIRED',
  'DEV_AUTH_LOCALHOST_ONLY',
  'DEV_USER_UNKNOWN',
] as const satisfies readonly ErrorCode[];

/**
 * Anybody with an account: by a token of ours, by an outside token with `recruiter:access`, or by an API key. The
 * account's roles decide the rest; `X-Org-Id` must name its organisation, unless a superuser crosses to another.
 */
export const account: Auth<UserActor> = {
  name: 'account',
  schemes: ['bearer', 'devUser'],
  errors: [...accountErrors, 'PASSWORD_CHANGE_REQUIRED'],
  authenticate: (app, ctx) => authenticateAccount(app, ctx, { beforePasswordChange: false }),
};

/** The same, also for who must choose a new password first. */
export const ownAccount: Auth<UserActor> = {
  name: 'ownAccount',
  schemes: ['bearer', 'devUser'],
  errors: accountErrors,
  authenticate: (app, ctx) => authenticateAccount(app, ctx, { beforePasswordChange: true }),
};

/** Anybody with an account that may do something with simulations. */
export const recruiter: Auth<UserActor> = {
  name: 'recruiter',
  schemes: ['bearer', 'devUser'],
  errors: account.errors,
  authenticate: authenticateRecruiter,
};

/** A bearer token with `candidate:access`. There is no account; the session or the invite token tells the organisation. */
export const candidate: Auth<CandidateCaller> = {
  name: 'candidate',
  schemes: ['bearer'],
  errors: [...tokenErrors, 'CANDIDATE_ACCESS_REQUIRED'],
  authenticate: authenticateCandidate,
};
