import Joi from 'joi';
import type { Progress, SessionStatus } from '../../../domain/hiring/session.ts';
import { listOwnInvites, type OwnInvite } from '../../../services/hiring/candidate-invites.ts';
import { shownInviteToken, type LinkSettings } from '../../../services/hiring/invite-links.ts';
import { mayReadOwnInvite } from '../../../domain/hiring/policies.ts';
import { candidate } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';

interface ShownInvite {
  readonly candidateSessionId: number;
  readonly simulationId: number;
  readonly simulationTitle: string;
  readonly role: string;
  readonly companyName: string;
  readonly status: SessionStatus;
  readonly progress: Progress;
  readonly lastActivityAt: string | null;
  readonly inviteCreatedAt: string;
  readonly expiresAt: string;
  readonly inviteToken: string | null;
  readonly isExpired: boolean;
}

const shownInvites = Joi.array<ShownInvite[]>().items(
  Joi.object<ShownInvite, true>({
    candidateSessionId: Joi.number().integer(),
    simulationId: Joi.number().integer(),
    simulationTitle: Joi.string(),
    role: Joi.string(),
    companyName: Joi.string(),
    status: Joi.string().valid('not_started', 'in_progress', 'completed', 'expired'),
    progress: Joi.object<Progress, true>({ completed: Joi.number().integer(), total: Joi.number().integer() }),
    lastActivityAt: Joi.string().isoDate().allow(null).description('The last hand-in, else the claim'),
    inviteCreatedAt: Joi.string().isoDate(),
    expiresAt: Joi.string().isoDate(),
    inviteToken: Joi.string().allow(null).description('Null for an old link whose key has been put away'),
    isExpired: Joi.boolean(),
  }),
);

export const listOwnInvitesEndpoint = endpoint({
  method: 'get',
  path: '/api/candidate/invites',
  summary: 'What the signed-in candidate was invited to, in every organisation, newest first',
  description: 'What they have claimed, and what waits at their address; revoked invites are not shown.',
  auth: candidate,
  may: mayReadOwnInvite,
  limit: 'poll',
  input: {},
  replies: { 200: shownInvites },
  errors: [],
  async handle({ app, actor }) {
    const invites = await listOwnInvites(app.uow, actor.identity);
    return { status: 200, body: invites.map((invite) => present(invite, app.settings)) };
  },
});

function present(invite: OwnInvite, links: LinkSettings): ShownInvite {
  const { simulationTitle, role, companyName, status, completed, total, isExpired } = invite;
  return {
    candidateSessionId: Number(invite.id),
    simulationId: Number(invite.simulationId),
    simulationTitle,
    role,
    companyName,
    status: isExpired && status !== 'completed' ? 'expired' : status,
    progress: { completed, total },
    lastActivityAt: invite.lastActivityAt?.toISOString() ?? null,
    inviteCreatedAt: invite.invitedAt.toISOString(),
    expiresAt: invite.expiresAt.toISOString(),
    inviteToken: shownInviteToken(links, invite),
    isExpired,
  };
}
