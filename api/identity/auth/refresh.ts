import Joi from 'joi';
import { AppError } from '../../../core/errors.ts';
import { anonymous, systemActor } from '../../../domain/identity/actor.ts';
import { lookUpSecret } from '../../../services/identity/account-lookups.ts';
import { loadAccount, loadOrganization } from '../../../services/identity/accounts.ts';
import { refreshSession } from '../../../services/identity/auth-sessions.ts';
import { everyone } from '../../actors.ts';
import type { App } from '../../app.ts';
import { endpoint } from '../../endpoint.ts';
import { readOrgId } from '../../middleware/auth/tenant-header.ts';
import { orgHeader } from './org-header.ts';
import { presentTokens, tokenPair } from './token-pair.ts';

interface RefreshBody {
  readonly refresh_token?: string | null;
}

export const refresh = endpoint({
  method: 'post',
  path: '/api/v1/auth/refresh',
  summary: 'Exchange a refresh token for a new pair, once',
  description:
    'A refresh token that was used before ends every session of its account: somebody else may have a copy of it.',
  auth: everyone,
  may: 'public',
  limit: 'sign_in',
  input: {
    body: Joi.object<RefreshBody, true>({ refresh_token: Joi.string().trim().max(500).empty(['', null]) }),
    headers: orgHeader,
  },
  replies: { 200: tokenPair },
  errors: [
    'REFRESH_TOKEN_MISSING',
    'REFRESH_TOKEN_INVALID',
    'REFRESH_TOKEN_REUSED',
    'REFRESH_TENANT_MISMATCH',
    'ACCOUNT_INACTIVE',
    'ORG_HEADER_INVALID',
  ],
  async handle({ app, input, request }) {
    const secret = input.body.refresh_token;
    if (!secret) throw new AppError('REFRESH_TOKEN_MISSING');
    const place = await app.uow.read(anonymous, (uow) => lookUpSecret(uow, 'refresh_token', secret));
    if (!place) throw new AppError('REFRESH_TOKEN_INVALID');
    await checkOrganization(app, place.orgId, readOrgId(input.headers['x-org-id']));
    const done = await app.uow.write(
      systemActor(place.orgId, 'sign-in'),
      async (uow) => {
        const refreshed = await refreshSession(uow, place.id, app.settings.ownTokens);
        if (refreshed.outcome !== 'refreshed') return { outcome: refreshed.outcome }; // committed all the same: a stolen token has ended sessions
        const account = await loadAccount(uow, refreshed.userId);
        if (!account?.isActive) throw new AppError('ACCOUNT_INACTIVE');
        return { outcome: 'refreshed' as const, pair: presentTokens(app, account, refreshed.refreshToken) };
      },
      request,
    );
    if (done.outcome === 'refreshed') return { status: 200, body: done.pair };
    throw new AppError(done.outcome === 'reused' ? 'REFRESH_TOKEN_REUSED' : 'REFRESH_TOKEN_INVALID');
  },
});

async function checkOrganization({ uow }: App, orgId: string, wanted: string | undefined): Promise<void> {
  if (wanted === undefined) return;
  const org = await uow.read(systemActor(orgId, 'sign-in'), (unit) => loadOrganization(unit, orgId));
  if (wanted !== org?.id && wanted !== org?.slug) throw new AppError('REFRESH_TENANT_MISMATCH');
}
