import Joi from 'joi';
import { AppError } from '../../../core/errors.ts';
import type { UnitOfWork } from '../../../core/unit-of-work.ts';
import { anonymous, systemActor } from '../../../domain/identity/actor.ts';
import { normalEmail } from '../../../domain/identity/email.ts';
import { lookUpByPassword, type PasswordPlace } from '../../../services/identity/account-lookups.ts';
import { loadAccount, loadOrganization, type Account } from '../../../services/identity/accounts.ts';
import { lockWithPassword, readCredentials } from '../../../services/identity/credentials.ts';
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

/** An account that the password opens, by the hash that it was checked against. */
interface Opened extends PasswordPlace {
  readonly hash: string;
}

/** Done for who has signed in, in the unit of work that records it. */
type Then<T> = (uow: UnitOfWork, account: Account) => Promise<T>;

/**
 * Signs in by e-mail and password. The answer does not tell whether an e-mail has an account, and one that has none costs a
 * check too.
 * @throws {AppError} CREDENTIALS_WRONG, SIGN_IN_LOCKED, SIGN_IN_BUSY, ORG_NOT_FOUND, ORG_REQUIRED (several organisations
 * have this e-mail with this password), ACCOUNT_INACTIVE, EMAIL_NOT_VERIFIED
 */
export async function signInWithPassword<T>(
  app: App,
  given: PasswordSignIn,
  request: RequestInfo,
  then: Then<T>,
): Promise<T> {
  const wanted = given.org === undefined ? undefined : await organizationNamed(app, given.org);
  const email = normalEmail(given.email);
  if (email === undefined) {
    await app.passwords.matches(given.password, null);
    throw new AppError('CREDENTIALS_WRONG');
  }
  const opened = await app.lockout.attempt(email, async () => {
    const all = (await app.uow.read(anonymous, (uow) => lookUpByPassword(uow, email))).filter((one) => one.hasPassword);
    const places = all.filter(({ orgId }) => wanted === undefined || orgId === wanted.id).slice(0, MOST_ACCOUNTS);
    const found = await openedBy(app, places, given.password);
    if (found.length === 0) await recordFailure(app, places, request);
    // Failures are forgotten only by who opens every account of the address: else anybody who may add one with a password
    // that they know could clear the way for guessing another's.
    const ofAll = found.length === all.length ? 'right_for_all' : 'right';
    return { verdict: found.length === 0 ? 'wrong' : ofAll, value: found };
  });
  return enter(app, await theOnly(app, opened), request, then);
}

/** Those of the accounts that the password opens; one check is done also where there is none. */
async function openedBy(app: App, places: readonly PasswordPlace[], password: string): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (const place of places) {
    const known = await app.uow.read(systemActor(place.orgId, COMPONENT), () => readCredentials(place.id));
    const hash = known?.passwordHash ?? null;
    if ((await app.passwords.matches(password, hash)) && hash !== null) opened.push({ ...place, hash });
  }
  if (places.length === 0) await app.passwords.matches(password, null);
  return opened;
}

async function theOnly({ uow }: App, opened: readonly Opened[]): Promise<Opened> {
  const [only, another] = opened;
  if (!only) throw new AppError('CREDENTIALS_WRONG');
  if (!another) return only;
  const names = await Promise.all(
    opened.map(({ orgId }) => uow.read(systemActor(orgId, COMPONENT), (unit) => loadOrganization(unit, orgId))),
  );
  const organizations = names.flatMap((org) => (org ? [{ id: org.id, name: org.name }] : []));
  throw new AppError('ORG_REQUIRED', undefined, { extra: { organizations } });
}

async function enter<T>(app: App, { id, orgId, hash }: Opened, request: RequestInfo, then: Then<T>): Promise<T> {
  const known = await app.uow.read(systemActor(orgId, COMPONENT), (uow) => loadAccount(uow, id));
  if (!known) throw new AppError('CREDENTIALS_WRONG'); // deleted between the two looks
  return app.uow.write(
    known.actor,
    async (uow) => {
      if (!(await lockWithPassword(id, hash))) throw new AppError('CREDENTIALS_WRONG'); // replaced since it was checked
      const account = await loadAccount(uow, id);
      if (!account?.isActive) throw new AppError('ACCOUNT_INACTIVE');
      const mustProve = app.settings.emailVerification === 'required' && !account.mustChangePassword;
      if (mustProve && !account.emailVerified) throw new AppError('EMAIL_NOT_VERIFIED');
      uow.audit({ action: 'user.signed_in', resource: { type: 'user', id } });
      return then(uow, account);
    },
    request,
  );
}

/**
 * In the trail of each organisation where the person has an account that they use; one that has just added the address of
 * somebody learns nothing of them.
 */
async function recordFailure({ uow }: App, places: readonly PasswordPlace[], request: RequestInfo): Promise<void> {
  for (const { id, orgId } of places.filter(({ isProven }) => isProven)) {
    const entry = { action: 'user.sign_in_failed', resource: { type: 'user', id } };
    await uow.write(systemActor(orgId, COMPONENT), async (unit) => unit.audit(entry), request);
  }
}
