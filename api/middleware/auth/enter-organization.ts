import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import type { UserActor } from '../../../domain/identity/actor.ts';
import { crossTo } from '../../../domain/identity/crossing.ts';
import type { OrganizationNames } from '../../../services/identity/accounts.ts';
import type { App } from '../../app.ts';
import { requestFactsOf, stateOf } from '../state.ts';
import { organizationNamed, orgInHeader } from './tenant-header.ts';

/**
 * Whom a request is for, once it is known who makes it: `X-Org-Id`, where it is sent, must name the token's organisation;
 * only a superuser may name another.
 * @throws {AppError} ORG_HEADER_INVALID, ORG_HEADER_MISMATCH, ORG_NOT_FOUND
 */
export async function enterOrganization(app: App, ctx: Context, actor: UserActor): Promise<UserActor> {
  const wanted = orgInHeader(ctx);
  if (wanted === undefined || wanted === actor.orgSlug || wanted === actor.orgId) return actor;
  if (!actor.isSuperuser) throw new AppError('ORG_HEADER_MISMATCH');
  return cross(app, ctx, actor, await organizationNamed(app, wanted));
}

/** A superuser enters an organisation; its trail says so before anything else happens, whatever comes of the request. */
export async function cross(app: App, ctx: Context, actor: UserActor, target: OrganizationNames): Promise<UserActor> {
  const crossed = crossTo(actor, target);
  const { endpoint } = stateOf(ctx);
  await app.uow.write(
    crossed,
    async (uow) =>
      uow.audit({
        action: 'organization.entered',
        resource: { type: 'organization', id: target.id },
        after: { method: ctx.method, route: endpoint?.path, homeOrg: actor.orgSlug },
      }),
    requestFactsOf(ctx),
  );
  return crossed;
}
