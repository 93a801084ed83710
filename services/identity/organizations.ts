import { randomBytes } from 'node:crypto';
import { rowsOf, violatedConstraint } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { systemRoles } from '../../domain/identity/permissions.ts';
import { slugOf, suffixedSlug } from '../../domain/identity/slug.ts';
import { Role } from '../../models/role.ts';

export interface NewOrganization {
  /** Chosen by the caller, whose unit of work already acts for it, e.g. `systemActor(id, …)`. */
  readonly id: string;
  readonly name: string;
  /** Derived from the name if not given, with a suffix where another has it. */
  readonly slug?: string;
  readonly inviteLifeSeconds?: number;
  readonly workWindowSeconds?: number;
}

export interface CreatedOrganization {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** Slugs that are tried before a random one. */
const NUMBERED = 5;

/**
 * Creates an organisation with its system roles.
 * @throws {AppError} ORG_NAME_TAKEN, or ORG_SLUG_TAKEN when the slug was given
 */
export async function createOrganization(uow: UnitOfWork, organization: NewOrganization): Promise<CreatedOrganization> {
  const { id, name } = organization;
  if (uow.actor.orgId !== id) throw new Error('a new organisation is created by an actor of its own id');
  const created = await insertUnderFreeSlug(uow, organization);
  await Role.bulkCreate(
    Object.entries(systemRoles).map(([roleName, { description }]) => ({
      orgId: id,
      name: roleName,
      description,
      isSystem: true,
      permissions: [], // said by the catalogue
    })),
  );
  const after = { name, slug: created.slug };
  uow.audit({ action: 'organization.created', resource: { type: 'organization', id }, after });
  return created;
}

async function insertUnderFreeSlug(uow: UnitOfWork, organization: NewOrganization): Promise<CreatedOrganization> {
  for (const slug of slugsFor(organization)) {
    const created = await insert(uow, organization, slug);
    if (created) return created;
  }
  throw new AppError('ORG_SLUG_TAKEN');
}

function slugsFor({ name, slug }: NewOrganization): string[] {
  if (slug !== undefined) return [slug];
  const plain = slugOf(name);
  const numbered = Array.from({ length: NUMBERED }, (_, at) => suffixedSlug(plain, String(at + 2)));
  return [plain, ...numbered, suffixedSlug(plain, randomBytes(6).toString('hex'))];
}

/** @returns undefined when another organisation has this slug */
async function insert(
  { db }: UnitOfWork,
  { id, name, inviteLifeSeconds, workWindowSeconds }: NewOrganization,
  slug: string,
): Promise<CreatedOrganization | undefined> {
  try {
    const [row] = await rowsOf<CreatedOrganization>(
      db,
      `insert into organizations (id, slug, name, invite_life_seconds, work_window_seconds)
       values ($1, $2, $3, coalesce($4, 1209600), coalesce($5, 432000))
       on conflict (slug) do nothing returning id, slug, name, created_at as "createdAt"`,
      [id, slug, name, inviteLifeSeconds ?? null, workWindowSeconds ?? null],
    );
    return row;
  } catch (error) {
    if (violatedConstraint(error) === 'organizations_name_key') throw new AppError('ORG_NAME_TAKEN');
    throw error;
  }
}
