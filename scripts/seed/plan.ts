import { orgIdOf } from '../../domain/identity/slug.ts';
import { normalEmail } from '../../domain/identity/email.ts';
import type { NewOrganization } from '../../services/identity/organizations.ts';

export interface SeededPerson {
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly isSuperuser?: boolean;
  /** Signs in with `SEED_ADMIN_PASSWORD`; the others by the OpenID provider alone. */
  readonly hasPassword: boolean;
}

export interface SeededOrganization {
  readonly organization: Omit<NewOrganization, 'id'> & { readonly slug: string };
  readonly people: readonly SeededPerson[];
}

export interface SeedPlan {
  readonly organizations: readonly SeededOrganization[];
  readonly password: string | undefined;
  /** In production a seeded password is known to whoever deployed. */
  readonly mustChangePassword: boolean;
}

const ENVIRONMENTS = ['local', 'test', 'staging', 'production'];

/**
 * What contracts/identity.md section 4.8 says: an administrator per organisation, demo people outside production, and the
 * sample people of the described systems on a developer's machine alone.
 * @throws with a sentence that names the setting
 */
export function seedPlan(env: Readonly<Record<string, string | undefined>>): SeedPlan {
  const environment = env['ENVIRONMENT'] ?? env['ENV'] ?? '';
  if (!ENVIRONMENTS.includes(environment)) {
    throw new Error(`ENVIRONMENT must be set to one of ${ENVIRONMENTS.join(', ')}.`);
  }
  const admin = adminIn(env, environment === 'production');
  const isLocal = environment === 'local' || environment === 'test';
  const organizations = [
    ...(admin ? organizationsOf(env, admin.email, environment !== 'production') : []),
    ...(isLocal ? samples(admin !== undefined) : []),
  ];
  if (organizations.length === 0) {
    throw new Error('There is nothing to seed: set SEED_ADMIN_EMAIL and SEED_ADMIN_PASSWORD.');
  }
  return { organizations, password: admin?.password, mustChangePassword: environment === 'production' };
}

function adminIn(
  { SEED_ADMIN_EMAIL: email, SEED_ADMIN_PASSWORD: password }: Readonly<Record<string, string | undefined>>,
  isProduction: boolean,
): { readonly email: string; readonly password: string } | undefined {
  if (!email && !password) return undefined;
  if (!email || !password) throw new Error('SEED_ADMIN_EMAIL and SEED_ADMIN_PASSWORD must be set together.');
  const normal = normalEmail(email);
  if (normal === undefined) throw new Error('SEED_ADMIN_EMAIL must be an e-mail address.');
  const shortest = isProduction ? 12 : 6;
  if (password.length < shortest) {
    throw new Error(`SEED_ADMIN_PASSWORD must have at least ${shortest} characters here.`);
  }
  return { email: normal, password };
}

function organizationsOf(
  { DEFAULT_ORG_ID: standard = 'tenon', EXTRA_SEED_ORG_IDS: extra = '' }: Readonly<Record<string, string | undefined>>,
  adminEmail: string,
  withDemoPeople: boolean,
): SeededOrganization[] {
  const first = slugIn('DEFAULT_ORG_ID', standard);
  const others = extra.split(',').flatMap((text) => (text.trim() === '' ? [] : [slugIn('EXTRA_SEED_ORG_IDS', text)]));
  return [...new Set([first, ...others])].map((slug) => ({
    organization: { slug, name: slug },
    people: [
      {
        email: adminEmail,
        name: `Admin of ${slug}`,
        roles: ['owner', 'admin'],
        isSuperuser: slug === first,
        hasPassword: true,
      },
      ...(withDemoPeople ? demoPeople(slug) : []),
    ],
  }));
}

function demoPeople(slug: string): SeededPerson[] {
  return [
    { email: `hr-${slug}@example.com`, name: `HR of ${slug}`, roles: ['hr', 'employee'], hasPassword: true },
    { email: `employee-${slug}@example.com`, name: `Employee of ${slug}`, roles: ['employee'], hasPassword: true },
  ];
}

/** The recruiters of the simulations system and the sample people of the task graphs. */
function samples(hasPassword: boolean): SeededOrganization[] {
  const person = (email: string, name: string, roles: readonly string[]): SeededPerson => ({
    email,
    name,
    roles,
    hasPassword,
  });
  return [
    {
      organization: { name: 'LocalCo', slug: 'localco' },
      people: [
        person('recruiter1@local.test', 'Local Recruiter 1', ['owner', 'recruiter']),
        person('recruiter2@local.test', 'Local Recruiter 2', ['recruiter']),
      ],
    },
    {
      organization: { name: 'QuickCo', slug: 'quickco', inviteLifeSeconds: 20 },
      people: [person('recruiter@quickco.test', 'Quick Recruiter', ['owner', 'recruiter'])],
    },
    {
      organization: { name: 'EventFlow', slug: 'eventflow' },
      people: [
        person('admin@eventflow.com', 'EventFlow Admin', ['owner', 'admin']),
        person('manager1@eventflow.com', 'Event Manager', ['employee']),
        person('vendor1@eventflow.com', 'Vendor', ['employee']),
        person('customer1@eventflow.com', 'Customer', ['employee']),
        person('coordinator1@eventflow.com', 'Coordinator', ['employee']),
      ],
    },
  ];
}

function slugIn(setting: string, text: string): string {
  const slug = orgIdOf(text);
  if (slug === undefined) throw new Error(`${setting} must name organisations by 2 to 64 of a-z, 0-9, - and _.`);
  return slug;
}
