// `npm run seed`: two organisations with recruiters to try Tenon with. Safe to repeat.
import { pathToFileURL } from 'node:url';
import { messageOf } from '../core/errors.ts';
import { unitsOfWork, type UnitsOfWork } from '../core/unit-of-work.ts';
import { systemActor } from '../domain/identity/actor.ts';
import { connect } from '../services/connect.ts';
import { loadOrganization, lookUpByEmail } from '../services/identity/accounts.ts';
import { createOrganization, createUser, type NewOrganization } from '../services/identity/organizations.ts';

export interface SeedResult {
  /** E-mails of the accounts that were created, in order; empty when all were there. */
  readonly created: readonly string[];
}

interface Seed {
  /** Fixed ids: a seed finds its own organisation again, which no look-up by name could do before the tenant is known. */
  readonly organization: NewOrganization & { readonly slug: string };
  readonly recruiters: readonly { readonly email: string; readonly name: string; readonly roles: readonly string[] }[];
}

const seeds: readonly Seed[] = [
  {
    organization: { id: '10ca1c00-0000-4000-8000-000000000001', name: 'LocalCo', slug: 'localco' },
    recruiters: [
      { email: 'recruiter1@local.test', name: 'Local Recruiter 1', roles: ['owner', 'recruiter'] },
      { email: 'recruiter2@local.test', name: 'Local Recruiter 2', roles: ['recruiter'] },
    ],
  },
  {
    organization: {
      id: '10ca1c00-0000-4000-8000-000000000002',
      name: 'QuickCo',
      slug: 'quickco',
      inviteLifeSeconds: 20,
    },
    recruiters: [{ email: 'recruiter@quickco.test', name: 'Quick Recruiter', roles: ['owner', 'recruiter'] }],
  },
];

/** Creates what is missing of the demo organisations and their recruiters. */
export async function seed(uow: UnitsOfWork): Promise<SeedResult> {
  const created: string[] = [];
  for (const { organization, recruiters } of seeds) {
    const done = await uow.write(systemActor(organization.id, 'seed'), async (unit) => {
      const made: string[] = [];
      if (!(await loadOrganization(unit, organization.id))) await createOrganization(unit, organization);
      for (const recruiter of recruiters) {
        const accounts = await lookUpByEmail(unit, recruiter.email);
        if (accounts.some((account) => account.orgId === organization.id)) continue;
        await createUser(unit, recruiter);
        made.push(recruiter.email);
      }
      return made;
    });
    created.push(...done);
  }
  return { created };
}

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const url = env['DATABASE_URL'];
  const environment = env['ENVIRONMENT'] ?? env['ENV'];
  if (!url) throw new Error('DATABASE_URL must be set to the database, as tenon_app.');
  if (environment !== 'local' && environment !== 'test') {
    throw new Error('The demo recruiters are seeded only with ENVIRONMENT=local or test.');
  }
  const db = connect(url, { poolSize: 1, applicationName: 'tenon-seed' });
  try {
    const onMarkError = (error: unknown): never => {
      throw error;
    };
    const { created } = await seed(unitsOfWork({ db, deliver: () => Promise.resolve([]), onMarkError }));
    const line = created.length > 0 ? `Seeded: ${created.join(', ')}` : 'Recruiters already exist (no changes).';
    process.stdout.write(`${line}\n`);
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
