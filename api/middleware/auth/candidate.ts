import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import type { CandidateCaller } from '../../../domain/identity/actor.ts';
import type { App } from '../../app.ts';
import { identityOf } from './identity.ts';

/** A candidate is whoever the token says; their session says whether that is the right person. */
export async function authenticateCandidate(app: App, ctx: Context): Promise<CandidateCaller> {
  const { permissions, ...identity } = await identityOf(app, ctx);
  if (!permissions.includes('candidate:access')) throw new AppError('CANDIDATE_ACCESS_REQUIRED');
  return { kind: 'candidateIdentity', orgId: null, identity };
}
