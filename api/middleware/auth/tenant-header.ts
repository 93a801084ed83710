import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import { anonymous, systemActor } from '../../../domain/identity/actor.ts';
import { orgIdOf } from '../../../domain/identity/slug.ts';
import { lookUpOrganization } from '../../../services/identity/account-lookups.ts';
import { loadOrganization, type OrganizationNames } from '../../../services/identity/accounts.ts';
import type { App } from '../../app.ts';

const HEADER = 'X-Org-Id';

/** The slug or uuid in a request's `X-Org-Id`; no other header names an organisation. @throws {AppError} ORG_HEADER_INVALID */
export function orgInHeader(ctx: Context): string | undefined {
  return readOrgId(ctx.get(HEADER));
}

/** The slug or uuid in the value of that header; undefined when it is not there. @throws {AppError} ORG_HEADER_INVALID */
export function readOrgId(header: string | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  const wanted = orgIdOf(header);
  if (wanted === undefined) {
    throw new AppError('ORG_HEADER_INVALID', `Invalid tenant id format: ${header.trim().slice(0, 100)}`);
  }
  return wanted;
}

/** The organisation with this slug or uuid. @throws {AppError} ORG_NOT_FOUND */
export async function organizationNamed({ uow }: Pick<App, 'uow'>, wanted: string): Promise<OrganizationNames> {
  const id = await uow.read(anonymous, (unit) => lookUpOrganization(unit, wanted));
  const found = id && (await uow.read(systemActor(id, 'sign-in'), (unit) => loadOrganization(unit, id)));
  if (!found) throw new AppError('ORG_NOT_FOUND', `Org not found: ${wanted}`);
  return found;
}
