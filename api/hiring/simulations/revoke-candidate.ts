import Joi from 'joi';
import { mayInvite } from '../../../domain/hiring/policies.ts';
import { revokeSession } from '../../../services/hiring/candidate-changes.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { candidateParams } from './candidate-params.ts';

interface Revoked {
  readonly candidateSessionId: number;
  readonly status: 'revoked';
  readonly revokedAt: string;
  readonly reason: string;
}

const revoked = Joi.object<Revoked, true>({
  candidateSessionId: Joi.number().integer(),
  status: Joi.string().valid('revoked'),
  revokedAt: Joi.string().isoDate(),
  reason: Joi.string(),
});

const revokeBody = Joi.object<{ reason: string }, true>({ reason: Joi.string().trim().min(1).max(500).required() });

export const revokeCandidateEndpoint = endpoint({
  method: 'post',
  path: '/api/simulations/:id/candidates/:candidateSessionId/revoke',
  summary: 'End a session before its time',
  description:
    'The candidate’s link answers 410 from now on, and access to the repositories is taken away in the background. What was handed in stays. Inviting the candidate again begins anew.',
  auth: recruiter,
  may: mayInvite,
  input: { params: candidateParams, body: revokeBody },
  replies: { 200: revoked },
  errors: ['SIMULATION_NOT_FOUND', 'CANDIDATE_SESSION_NOT_FOUND', 'SESSION_ENDED'],
  async handle({ app, actor, input: { params, body }, request }) {
    const { id, revokedAt, revokedReason } = await app.uow.write(
      actor,
      (uow) => revokeSession(uow, params.id, params.candidateSessionId, body.reason),
      request,
    );
    return {
      status: 200,
      body: {
        candidateSessionId: Number(id),
        status: 'revoked' as const,
        revokedAt: revokedAt?.toISOString() ?? '',
        reason: revokedReason ?? '',
      },
    };
  },
});
