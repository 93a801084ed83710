import { randomUUID } from 'node:crypto';
import { passwordHasher } from '../../core/passwords.ts';
import { systemActor, type CandidateActor, type UserActor } from '../../domain/identity/actor.ts';
import { loadAccount } from '../../services/identity/accounts.ts';
import { createUser } from '../../services/identity/new-members.ts';
import { createOrganization, type NewOrganization } from '../../services/identity/organizations.ts';
import { testDatabase } from './database.ts';

let counted = 0;

export interface MadeOrganization {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

/** A committed organisation with its system roles. */
export async function makeOrganization(fields: Partial<NewOrganization> = {}): Promise<MadeOrganization> {
  counted += 1;
  const made = {
    id: randomUUID(),
    name: `Org ${process.pid} ${counted}`,
    slug: `org-${process.pid}-${counted}`,
    ...fields,
  };
  const { uow } = await testDatabase();
  await uow.write(systemActor(made.id, 'test'), (unit) => createOrganization(unit, made));
  return made;
}

export interface UserFields {
  /** A new organisation if not given. */
  readonly orgId?: string;
  readonly email?: string;
  readonly name?: string;
  /** `owner` and `recruiter` if not given. */
  readonly roles?: readonly string[];
  /** Set, the account can sign in here; its e-mail is proven. */
  readonly password?: string;
  readonly isSuperuser?: boolean;
}

/** Good enough for every rule of passwords. */
export const goodPassword = 'Corr3ct horse, battery';

/** A committed account that nobody is bound to yet, as the actor it is once signed in. */
export async function makeUser(fields: UserFields = {}): Promise<UserActor> {
  counted += 1;
  const { orgId, email, name, roles, password, isSuperuser = false } = fields;
  const passwordHash = password === undefined ? undefined : await passwordHasher().hash(password);
  const now = new Date();
  const org = orgId ?? (await makeOrganization()).id;
  const { uow } = await testDatabase();
  return uow.write(systemActor(org, 'test'), async (unit) => {
    const { id } = await createUser(unit, {
      email: email ?? `user${counted}@test.example`,
      name: name ?? `User ${counted}`,
      roles: roles ?? ['owner', 'recruiter'],
      isSuperuser,
      ...(passwordHash !== undefined && { passwordHash, acceptedAt: now, emailVerifiedAt: now }),
    });
    const account = await loadAccount(unit, id);
    if (!account) throw new Error('the account was not created');
    return account.actor;
  });
}

/** A candidate of an organisation; there is no row of theirs to make. */
export function makeCandidate(orgId: string, email = 'candidate@test.example'): CandidateActor {
  return {
    kind: 'candidate',
    orgId,
    identity: {
      issuer: 'https://issuer.test/',
      subject: `test|${email}`,
      email,
      emailVerified: true,
      name: 'Candidate',
    },
  };
}
