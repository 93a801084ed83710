import Joi from 'joi';
import { mayWorkOnSession } from '../../../domain/hiring/policies.ts';
import type { SessionStatus } from '../../../domain/hiring/session.ts';
import { claimByInvite, type Claimed } from '../../../services/hiring/claims.ts';
import { findByInviteToken } from '../../../services/hiring/session-access.ts';
import { candidate } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';

interface ClaimReply {
  readonly candidateSessionId: number;
  readonly status: SessionStatus;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  /** When the clock ends, UTC. */
  readonly expiresAt: string;
  readonly candidateName: string;
  readonly simulation: { readonly id: number; readonly title: string; readonly role: string };
}

const claimReply = Joi.object<ClaimReply, true>({
  candidateSessionId: Joi.number().integer(),
  status: Joi.string().valid('not_started', 'in_progress', 'completed'),
  startedAt: Joi.string().isoDate().allow(null),
  completedAt: Joi.string().isoDate().allow(null),
  expiresAt: Joi.string().isoDate(),
  candidateName: Joi.string(),
  simulation: Joi.object({ id: Joi.number().integer(), title: Joi.string(), role: Joi.string() }),
});

const tokenParam = Joi.object<{ token: string }, true>({ token: Joi.string().min(20).max(255).required() });

const claim = (method: 'get' | 'post', path: string, summary: string) =>
  endpoint({
    method,
    path,
    summary,
    description: 'The first claim starts the work clock; a repeat changes nothing and gives the same.',
    auth: candidate,
    may: mayWorkOnSession,
    input: { params: tokenParam },
    replies: { 200: claimReply },
    errors: [
      'INVITE_TOKEN_UNKNOWN',
      'INVITE_TOKEN_EXPIRED',
      'INVITE_REVOKED',
      'CANDIDATE_SESSION_NOT_FOUND',
      'EMAIL_NOT_VERIFIED',
    ],
    async handle({ app, actor, input, request }) {
      const found = await findByInviteToken(app.uow, actor.identity, input.params.token);
      const claimed = await app.uow.write(found.actor, (uow) => claimByInvite(uow, found.id), request);
      return { status: 200, body: present(claimed) };
    },
  });

export const verifySession = claim('post', '/api/candidate/session/:token/verify', 'Claim an invite');
export const claimSessionAlias = claim(
  'post',
  '/api/candidate/session/:token/claim',
  'Claim an invite (alias of verify)',
);
/** The described system claims on GET too, and its web client never POSTs. */
export const openSession = claim('get', '/api/candidate/session/:token', 'Claim an invite, or open it again');

function present({ session, simulation }: Claimed): ClaimReply {
  return {
    candidateSessionId: Number(session.id),
    status: session.status,
    startedAt: session.startedAt?.toISOString() ?? null,
    completedAt: session.completedAt?.toISOString() ?? null,
    expiresAt: session.expiresAt.toISOString(),
    candidateName: session.candidateName,
    simulation: { id: Number(simulation.id), title: simulation.title, role: simulation.role },
  };
}
