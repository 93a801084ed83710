import Joi from 'joi';
import type { CandidateSession } from '../../../models/candidate-session.ts';
import { inviteToken, inviteUrl } from '../../../services/hiring/invite-links.ts';
import { candidateSessionStart } from '../../../workflows/hiring/candidate-session.contract.ts';
import type { App } from '../../app.ts';

/** An invite as whoever sent it sees it. */
export interface ShownInvited {
  readonly candidateSessionId: number;
  readonly token: string;
  readonly inviteUrl: string;
  readonly expiresAt: string;
  /** The session's clock in the Temporal Web UI. */
  readonly sessionWorkflowUrl: string;
}

export const shownInvitedFields = {
  candidateSessionId: Joi.number().integer(),
  token: Joi.string(),
  inviteUrl: Joi.string(),
  expiresAt: Joi.string().isoDate(),
  sessionWorkflowUrl: Joi.string(),
};

export function presentInvited({ settings, links }: App, session: CandidateSession): ShownInvited {
  const { orgId, id, generation, expiresAt } = session;
  return {
    candidateSessionId: Number(id),
    token: inviteToken(settings, session),
    inviteUrl: inviteUrl(settings, session),
    expiresAt: expiresAt.toISOString(),
    sessionWorkflowUrl: links.workflow(candidateSessionStart({ orgId, sessionId: id, generation }).workflowId),
  };
}
