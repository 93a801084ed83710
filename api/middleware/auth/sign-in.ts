import { createHash, randomUUID } from 'node:crypto';
import type { RequestFacts } from '../../../core/audit.ts';
import { AppError } from '../../../core/errors.ts';
import type { UnitsOfWork } from '../../../core/unit-of-work.ts';
import { anonymous, systemActor, type SystemActor, type UserActor } from '../../../domain/identity/actor.ts';
import type { TokenIdentity } from '../../../domain/identity/claims.ts';
import { shortName } from '../../../domain/identity/short-name.ts';
import {
  bindAccount,
  loadAccount,
  loadOrganization,
  lockFirstSignIn,
  lookUpByEmail,
  lookUpByIdentity,
  type AccountPlace,
} from '../../../services/identity/accounts.ts';
import { createOrganization, createUser } from '../../../services/identity/organizations.ts';

/** So many organisations are offered to choose from. */
const MOST_CHOICES = 50;

export interface SignInOptions {
  /** Slug or uuid of the organisation that the caller names (`X-Org-Id`). */
  readonly wantedOrg: string | undefined;
  readonly request: RequestFacts;
}

/**
 * The account of an outside identity. It is bound to `(iss, sub)`; the first time it is found by its verified e-mail, and
 * where there is none, the newcomer gets an organisation of their own.
 * @throws {AppError} ORG_REQUIRED, EMAIL_NOT_VERIFIED, IDENTITY_CONFLICT, ACCOUNT_INACTIVE, RECRUITER_ACCESS_REQUIRED
 */
export async function signIn(units: UnitsOfWork, identity: TokenIdentity, options: SignInOptions): Promise<UserActor> {
  const bound = await units.read(anonymous, (uow) => lookUpByIdentity(uow, identity));
  const known = await chooseAmong(units, bound, options.wantedOrg);
  return load(units, known ?? (await firstSignIn(units, identity, options)));
}

async function firstSignIn(
  units: UnitsOfWork,
  identity: TokenIdentity,
  { wantedOrg, request }: SignInOptions,
): Promise<AccountPlace> {
  const { accounts, mine } = await units.read(anonymous, async (uow) => ({
    accounts: await lookUpByEmail(uow, identity.email),
    mine: await lookUpByIdentity(uow, identity), // in this order: an account that another request of ours has just bound is seen
  }));
  const ours = await chooseAmong(units, mine, wantedOrg);
  if (ours) return ours;
  if (identity.emailVerified === false) throw new AppError('EMAIL_NOT_VERIFIED'); // else anybody could take an address first
  if (accounts.length === 0) {
    if (wantedOrg !== undefined) throw new AppError('RECRUITER_ACCESS_REQUIRED');
    return createPersonalAccount(units, identity, request);
  }
  if (identity.emailVerified !== true) throw new AppError('EMAIL_NOT_VERIFIED');
  const free = accounts.filter((account) => !account.bound);
  if (free.length === 0) throw new AppError('IDENTITY_CONFLICT');
  const place = await chooseAmong(units, free, wantedOrg);
  if (!place) throw new AppError('RECRUITER_ACCESS_REQUIRED');
  const isBound = await units.write(signInOf(place), (uow) => bindAccount(uow, place.id, identity), request);
  if (isBound) return place;
  // Somebody was faster: fine if it was the same person in another request, else the account is theirs.
  const again = await units.read(anonymous, (uow) => lookUpByIdentity(uow, identity));
  const same = again.find((account) => account.id === place.id);
  if (!same) throw new AppError('IDENTITY_CONFLICT');
  return same;
}

/** The one account, or the one in the organisation that was named; `undefined` when there is none. */
async function chooseAmong(
  units: UnitsOfWork,
  places: readonly AccountPlace[],
  wantedOrg: string | undefined,
): Promise<AccountPlace | undefined> {
  const [only] = places;
  if (places.length <= 1 && wantedOrg === undefined) return only;
  const choices = await Promise.all(
    places.map(async (place) => ({
      place,
      org: await units.read(signInOf(place), (uow) => loadOrganization(uow, place.orgId)),
    })),
  );
  if (wantedOrg !== undefined) {
    return choices.find(({ org }) => org?.slug === wantedOrg || org?.id === wantedOrg.toLowerCase())?.place;
  }
  const organizations = choices
    .slice(0, MOST_CHOICES)
    .flatMap(({ org }) => (org ? [{ id: org.id, name: org.name }] : []));
  throw new AppError('ORG_REQUIRED', undefined, { extra: { organizations } });
}

/** Two first requests at once: the second waits for the first, and then finds its account. */
async function createPersonalAccount(
  units: UnitsOfWork,
  identity: TokenIdentity,
  request: RequestFacts,
): Promise<AccountPlace> {
  const orgId = randomUUID();
  const mark = createHash('sha256')
    .update(JSON.stringify([identity.issuer, identity.subject]))
    .digest('hex');
  return units.write(
    systemActor(orgId, 'sign-in'),
    async (uow) => {
      await lockFirstSignIn(uow, identity.email);
      const [mine] = await lookUpByIdentity(uow, identity);
      if (mine) return mine;
      const others = await lookUpByEmail(uow, identity.email);
      if (others.length > 0) throw new AppError('IDENTITY_CONFLICT');
      await createOrganization(uow, {
        id: orgId,
        name: `${shortName(identity.name, 80)} (${mark.slice(0, 8)})`,
        slug: `personal-${mark.slice(0, 32)}`,
      });
      const { id } = await createUser(uow, {
        email: identity.email,
        name: identity.name,
        roles: ['owner', 'recruiter'],
      });
      await bindAccount(uow, id, identity);
      return { id, orgId, bound: true };
    },
    request,
  );
}

async function load(units: UnitsOfWork, place: AccountPlace): Promise<UserActor> {
  const account = await units.read(signInOf(place), (uow) => loadAccount(uow, place.id));
  if (!account) throw new AppError('TOKEN_INVALID'); // deleted between the two looks
  if (!account.isActive) throw new AppError('ACCOUNT_INACTIVE');
  return account.actor;
}

function signInOf({ orgId }: AccountPlace): SystemActor {
  return systemActor(orgId, 'sign-in');
}
