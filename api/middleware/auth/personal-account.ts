import { createHash, randomUUID } from 'node:crypto';
import type { RequestFacts } from '../../../core/audit.ts';
import { AppError } from '../../../core/errors.ts';
import type { UnitsOfWork } from '../../../core/unit-of-work.ts';
import { systemActor } from '../../../domain/identity/actor.ts';
import type { TokenIdentity } from '../../../domain/identity/claims.ts';
import { shortName } from '../../../domain/identity/short-name.ts';
import { lookUpByIdentity, lookUpToBind, type AccountPlace } from '../../../services/identity/account-lookups.ts';
import { lockFirstSignIn } from '../../../services/identity/accounts.ts';
import { bindAccount } from '../../../services/identity/bind-account.ts';
import { createUser } from '../../../services/identity/new-members.ts';
import { createOrganization } from '../../../services/identity/organizations.ts';

/**
 * An organisation of their own for who comes from outside and has none. Two first requests at once: the second waits for
 * the first, and then finds its account.
 * @throws {AppError} IDENTITY_CONFLICT when another identity with this e-mail was faster
 */
export async function createPersonalAccount(
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
      const others = await lookUpToBind(uow, identity.email);
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
