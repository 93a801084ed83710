import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import { anonymous, systemActor, type SystemActor, type UserActor } from '../../../domain/identity/actor.ts';
import type { TokenIdentity } from '../../../domain/identity/claims.ts';
import { lookUpByIdentity, lookUpToBind, type AccountPlace } from '../../../services/identity/account-lookups.ts';
import { loadAccount, loadOrganization, type OrganizationNames } from '../../../services/identity/accounts.ts';
import { bindAccount } from '../../../services/identity/bind-account.ts';
import type { App } from '../../app.ts';
import { requestFactsOf } from '../state.ts';
import { cross } from './enter-organization.ts';
import { createPersonalAccount } from './personal-account.ts';
import { organizationNamed, orgInHeader } from './tenant-header.ts';

/** So many organisations are offered to choose from. */
const MOST_CHOICES = 50;

/**
 * The account of an outside identity. It is bound to `(iss, sub)`; the first time it is found by its verified e-mail, and
 * where there is none, the newcomer gets an organisation of their own.
 * @throws {AppError} ORG_REQUIRED, ORG_HEADER_INVALID, ORG_NOT_FOUND, ORG_MEMBERSHIP_REQUIRED, EMAIL_NOT_VERIFIED,
 * IDENTITY_CONFLICT, ACCOUNT_INACTIVE
 */
export async function signIn(app: App, ctx: Context, identity: TokenIdentity): Promise<UserActor> {
  const header = orgInHeader(ctx);
  const wanted = header === undefined ? undefined : await organizationNamed(app, header);
  const bound = await app.uow.read(anonymous, (uow) => lookUpByIdentity(uow, identity));
  const active = await activeAmong(app, bound);
  const known = await chooseAmong(app, active, wanted);
  if (known) return load(app, known);
  const superuser = wanted && (await superuserAmong(app, active));
  if (superuser) return cross(app, ctx, superuser, wanted);
  return load(app, await firstSignIn(app, ctx, identity, { wanted, left: bound.length > active.length }));
}

async function firstSignIn(
  app: App,
  ctx: Context,
  identity: TokenIdentity,
  { wanted, left }: { readonly wanted: OrganizationNames | undefined; readonly left: boolean },
): Promise<AccountPlace> {
  const { uow: units } = app;
  const { all, mine } = await units.read(anonymous, async (uow) => ({
    all: await lookUpToBind(uow, identity.email),
    mine: await lookUpByIdentity(uow, identity), // in this order: an account that another request of ours has just bound is seen
  }));
  const ours = await chooseAmong(app, await activeAmong(app, mine), wanted);
  if (ours) return ours;
  const accounts = all.filter(({ orgId }) => wanted === undefined || orgId === wanted.id);
  if (identity.emailVerified === false) throw new AppError('EMAIL_NOT_VERIFIED'); // else anybody could take an address first
  if (accounts.length === 0) {
    if (left) throw new AppError('ACCOUNT_INACTIVE'); // nobody is given an organisation for being put out of one
    if (wanted !== undefined) throw new AppError('ORG_MEMBERSHIP_REQUIRED');
    return createPersonalAccount(units, identity, requestFactsOf(ctx));
  }
  if (identity.emailVerified !== true) throw new AppError('EMAIL_NOT_VERIFIED');
  const free = accounts.filter((account) => !account.bound);
  const place = await chooseAmong(app, free, wanted);
  if (!place) throw new AppError('IDENTITY_CONFLICT'); // every one is somebody's already
  const isBound = await units.write(
    signInOf(place),
    (uow) => bindAccount(uow, place.id, identity),
    requestFactsOf(ctx),
  );
  if (isBound) return place;
  // Somebody was faster: fine if it was the same person in another request, else the account is theirs.
  const again = await units.read(anonymous, (uow) => lookUpByIdentity(uow, identity));
  const same = again.find((account) => account.id === place.id);
  if (!same) throw new AppError('IDENTITY_CONFLICT');
  return same;
}

/** The one account, or the one in the organisation that was named; `undefined` when there is none. */
async function chooseAmong(
  { uow: units }: App,
  places: readonly AccountPlace[],
  wanted: OrganizationNames | undefined,
): Promise<AccountPlace | undefined> {
  if (wanted !== undefined) return places.find(({ orgId }) => orgId === wanted.id);
  const [only] = places;
  if (places.length <= 1) return only;
  const choices = await Promise.all(
    places
      .slice(0, MOST_CHOICES)
      .map((place) => units.read(signInOf(place), (uow) => loadOrganization(uow, place.orgId))),
  );
  const organizations = choices.flatMap((org) => (org ? [{ id: org.id, name: org.name }] : []));
  throw new AppError('ORG_REQUIRED', undefined, { extra: { organizations } });
}

/** Those that have not been switched off: an organisation that somebody has left must not catch them on their way to another. */
async function activeAmong({ uow: units }: App, places: readonly AccountPlace[]): Promise<AccountPlace[]> {
  const accounts = await Promise.all(
    places.map((place) => units.read(signInOf(place), (uow) => loadAccount(uow, place.id))),
  );
  return places.filter((_, at) => accounts[at]?.isActive);
}

async function superuserAmong({ uow: units }: App, places: readonly AccountPlace[]): Promise<UserActor | undefined> {
  for (const place of places) {
    const account = await units.read(signInOf(place), (uow) => loadAccount(uow, place.id));
    if (account?.isActive && account.actor.isSuperuser) return account.actor;
  }
  return undefined;
}

async function load({ uow: units }: App, place: AccountPlace): Promise<UserActor> {
  const account = await units.read(signInOf(place), (uow) => loadAccount(uow, place.id));
  if (!account) throw new AppError('ACCOUNT_GONE'); // deleted between the two looks
  if (!account.isActive) throw new AppError('ACCOUNT_INACTIVE');
  return account.actor;
}

function signInOf({ orgId }: AccountPlace): SystemActor {
  return systemActor(orgId, 'sign-in');
}
