// `npm run seed`: organisations and people to begin with, from the environment. Safe to repeat: it adds what is missing.
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../core/errors.ts';
import { passwordHasher } from '../core/passwords.ts';
import { unitsOfWork, type UnitOfWork, type UnitsOfWork } from '../core/unit-of-work.ts';
import { anonymous, systemActor } from '../domain/identity/actor.ts';
import { connect } from '../services/connect.ts';
import { lookUpByEmail, lookUpOrganization } from '../services/identity/account-lookups.ts';
import { createUser } from '../services/identity/new-members.ts';
import { createOrganization } from '../services/identity/organizations.ts';
import { seedPlan, type SeededOrganization, type SeededPerson, type SeedPlan } from './seed/plan.ts';

export interface SeedResult {
  /** `email` of each account that was created, in order; empty when all were there. */
  readonly created: readonly string[];
}

/** Creates what is missing of the plan. */
export async function seed(units: UnitsOfWork, plan: SeedPlan): Promise<SeedResult> {
  const created: string[] = [];
  const passwordHash = plan.password === undefined ? undefined : await passwordHasher().hash(plan.password);
  for (const part of plan.organizations) {
    const there = await units.read(anonymous, (uow) => lookUpOrganization(uow, part.organization.slug));
    const id = there ?? randomUUID();
    const done = await units.write(systemActor(id, 'seed'), async (uow) => {
      if (there === undefined) await createOrganization(uow, { ...part.organization, id });
      else await assertOurs(uow, part, id);
      return addMissing(uow, part, { id, passwordHash, mustChangePassword: plan.mustChangePassword });
    });
    created.push(...done);
  }
  return { created };
}

/** What the command prints: contracts/hiring.md section 2. */
export function told({ created }: SeedResult): string {
  return created.length > 0 ? `Seeded: ${created.join(', ')}` : 'Recruiters already exist (no changes).';
}

interface Credentials {
  readonly id: string;
  readonly passwordHash: string | undefined;
  readonly mustChangePassword: boolean;
}

/** Whoever registered the name before us owns that organisation: a superuser must not become a member of it. */
async function assertOurs(uow: UnitOfWork, { organization, people }: SeededOrganization, id: string): Promise<void> {
  const first = people[0]?.email ?? '';
  const accounts = await lookUpByEmail(uow, first);
  if (accounts.some(({ orgId }) => orgId === id)) return;
  throw new Error(
    `The organisation ${organization.slug} is there, and ${first} is not in it: somebody else has made it. Name another one with DEFAULT_ORG_ID or EXTRA_SEED_ORG_IDS.`,
  );
}

async function addMissing(uow: UnitOfWork, { people }: SeededOrganization, given: Credentials): Promise<string[]> {
  const made: string[] = [];
  for (const person of people) {
    const accounts = await lookUpByEmail(uow, person.email);
    if (accounts.some((account) => account.orgId === given.id)) continue;
    await add(uow, person, given);
    made.push(person.email);
  }
  return made;
}

/** Whoever deploys vouches for these addresses. */
async function add(
  uow: UnitOfWork,
  { hasPassword, ...person }: SeededPerson,
  { passwordHash, mustChangePassword }: Credentials,
): Promise<void> {
  const now = new Date();
  await createUser(uow, {
    ...person,
    emailVerifiedAt: now,
    ...(hasPassword && passwordHash !== undefined && { passwordHash, mustChangePassword, acceptedAt: now }),
  });
}

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const url = env['DATABASE_URL'];
  if (!url) throw new Error('DATABASE_URL must be set to the database, as tenon_app.');
  const plan = seedPlan(env);
  const db = connect(url, { poolSize: 1, applicationName: 'tenon-seed' });
  try {
    const onMarkError = (error: unknown): never => {
      throw error;
    };
    const result = await seed(unitsOfWork({ db, deliver: () => Promise.resolve([]), onMarkError }), plan);
    process.stdout.write(`${told(result)}\n`);
  } finally {
    await db.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.env).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
