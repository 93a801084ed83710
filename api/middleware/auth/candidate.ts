import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import type { CandidateCaller } from '../../../domain/identity/actor.ts';
import { readClaims } from '../../../domain/identity/claims.ts';
import type { App } from '../../app.ts';
import { isApiKey } from './api-key.ts';
import { bearerOf } from './verifier.ts';

/** A candidate is whoever an outside token says; their session says whether that is the right person. */
export async function authenticateCandidate({ tokens, settings }: App, ctx: Context): Promise<CandidateCaller> {
  if (isApiKey(bearerOf(ctx))) throw new AppError('CANDIDATE_ACCESS_REQUIRED'); // it acts for an account
  const claims = await tokens.verify(ctx);
  if (claims['iss'] === settings.ownTokens.issuer) throw new AppError('CANDIDATE_ACCESS_REQUIRED');
  const known = readClaims(claims, settings.auth);
  if (!known) throw new AppError('TOKEN_INVALID');
  const { permissions, ...identity } = known;
  if (!permissions.includes('candidate:access')) throw new AppError('CANDIDATE_ACCESS_REQUIRED');
  return { kind: 'candidateIdentity', orgId: null, identity };
}
