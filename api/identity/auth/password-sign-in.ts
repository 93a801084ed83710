import Joi from 'joi';
import { AppError } from '../../../core/errors.ts';
import { anonymous, systemActor } from '../../../domain/identity/actor.ts';
import { normalEmail } from '../../../domain/identity/email.ts';
import { lookUpByEmail, type AccountPlace } from '../../../services/identity/account-lookups.ts';
import { loadAccount, loadOrganization, type Account } from '../../../services/identity/accounts.ts';
import { startSession } from '../../../services/identity/auth-sessions.ts';
import { readCredentials } from '../../../services/identity/credentials.ts';
import type { App } from '../../app.ts';
import type { RequestInfo } from '../../endpoint.ts';
import { organizationNamed } from '../../middleware/auth/tenant-header.ts';

/** Accounts of one e-mail that a password is tried on. */
const MOST_ACCOUNTS = 8;
const COMPONENT = 'sign-in';

/** Any text may be tried: what is no address is as wrong as one that nobody has. */
export const triedAddress = Joi.string().trim().min(1).max(320).required();

export const signInErrors = [
  'CREDENTIALS_WRONG',
  'SIGN_IN_LOCKED',
  'SIGN_IN_BUSY',
  'ORG_REQUIRED',
  'ORG_NOT_FOUND',
  'ORG_HEADER_INVALID',
  'ACCOUNT_INACTIVE',
  'EMAIL_NOT_VERIFIED',
] as const;

export interface PasswordSignIn {
  readonly email: string;
  readonly password: string;
  /** Slug or uuid, where the caller names an organisation. */
  readonly org: string | undefined;
}

export interface SignedIn {
  readonly account: Account;
  readonly refreshToken: string;
}

/**
 * Signs in by e-mail and password. Whether an e-mail has an account shows neither in the answer nor in its time.
 * @throws {AppError} CREDENTIALS_WRONG, SIGN_IN_LOCKED, SIGN_IN_BUSY, ORG_NOT_FOUND, ORG_REQUIRED (several organisations
 * have this e-mail with this password), ACCOUNT_INACTIVE, EMAIL_NOT_VERIFIED
 */
export async function signInWithPassword(app: App, given: PasswordSignIn, request: RequestInfo): Promise<SignedIn> {
  const wanted = given.org === undefined ? undefined : await organizationNamed(app, given.org);
  const email = normalEmail(given.email);
  if (email === undefined) {
    await app.passwords.matches(given.password, null);
    throw new AppError('CREDENTIALS_WRONG');
  }
  await app.lockout.attempt(email);
  const all = await app.uow.read(anonymous, (uow) => lookUpByEmail(uow, email));
  const places = all.filter(({ orgId }) => wanted === undefined || orgId === wanted.id).slice(0, MOST_ACCOUNTS);
  const opened = await openedBy(app, places, given.password).catch(async (error: unknown) => {
    await app.lockout.notTried(email); // too busy, or the database was away: nobody's password was wrong
    throw error;
  });
  if (opened.length === 0) {
    await recordFailure(app, places, request);
    throw new AppError('CREDENTIALS_WRONG');
  }
  // Failures are forgotten only by who opens every account of the address: else anybody who may add one with a password that
  // they know could clear the way for guessing another's.
  await (opened.length === all.length ? app.lockout.succeeded(email) : app.lockout.notTried(email));
  return enter(app, await theOnly(app, opened), request);
}

/** Those of the accounts that the password opens; one check is done also where there is none. */
async function openedBy(app: App, places: readonly AccountPlace[], password: string): Promise<AccountPlace[]> {
  const opened: AccountPlace[] = [];
  for (const place of places) {
    const known = await app.uow.read(systemActor(place.orgId, COMPONENT), () => readCredentials(place.id));
    if (await app.passwords.matches(password, known?.passwordHash ?? null)) opened.push(place);
  }
  if (places.length === 0) await app.passwords.matches(password, null);
  return opened;
}

async function theOnly({ uow }: App, opened: readonly AccountPlace[]): Promise<AccountPlace> {
  const [only, another] = opened;
  if (only && !another) return only;
  const names = await Promise.all(
    opened.map(({ orgId }) => uow.read(systemActor(orgId, COMPONENT), (unit) => loadOrganization(unit, orgId))),
  );
  const organizations = names.flatMap((org) => (org ? [{ id: org.id, name: org.name }] : []));
  throw new AppError('ORG_REQUIRED', undefined, { extra: { organizations } });
}

async function enter(app: App, { id, orgId }: AccountPlace, request: RequestInfo): Promise<SignedIn> {
  const account = await app.uow.read(systemActor(orgId, COMPONENT), (uow) => loadAccount(uow, id));
  if (!account) throw new AppError('CREDENTIALS_WRONG'); // deleted between the two looks
  if (!account.isActive) throw new AppError('ACCOUNT_INACTIVE');
  if (!account.emailVerified && app.settings.emailVerification === 'required') throw new AppError('EMAIL_NOT_VERIFIED');
  const refreshToken = await app.uow.write(
    account.actor,
    async (uow) => {
      uow.audit({ action: 'user.signed_in', resource: { type: 'user', id } });
      return startSession(uow, id, app.settings.ownTokens);
    },
    request,
  );
  return { account, refreshToken };
}

/** In the trail of each organisation where the e-mail has an account; an unknown e-mail has none. */
async function recordFailure({ uow }: App, places: readonly AccountPlace[], request: RequestInfo): Promise<void> {
  for (const { id, orgId } of places) {
    const entry = { action: 'user.sign_in_failed', resource: { type: 'user', id } };
    await uow.write(systemActor(orgId, COMPONENT), async (unit) => unit.audit(entry), request);
  }
}
