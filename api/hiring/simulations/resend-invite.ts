import Joi from 'joi';
import { mayInvite } from '../../../domain/hiring/policies.ts';
import type { UserActor } from '../../../domain/identity/actor.ts';
import type { Email } from '../../../models/email.ts';
import { resendInvite } from '../../../services/hiring/candidate-changes.ts';
import { readInviteMail } from '../../../services/hiring/invite-mail.ts';
import { recruiter } from '../../actors.ts';
import type { App } from '../../app.ts';
import { endpoint } from '../../endpoint.ts';
import { candidateParams } from './candidate-params.ts';

interface ResendReply {
  readonly inviteEmailStatus: 'sent' | 'failed' | 'rate_limited' | null;
  readonly inviteEmailSentAt: string | null;
  readonly inviteEmailError: string | null;
  readonly retryAfterSeconds?: number;
}

const resendReply = Joi.object<ResendReply, true>({
  inviteEmailStatus: Joi.string().valid('sent', 'failed', 'rate_limited', null).description('null: still under way'),
  inviteEmailSentAt: Joi.string().isoDate().allow(null),
  inviteEmailError: Joi.string().max(200).allow(null),
  retryAfterSeconds: Joi.number().integer().optional(),
});

/** A mail usually leaves at once; one that takes longer is seen in the list of candidates. */
const LONGEST_WAIT_MS = 5_000;

export const resendInviteEndpoint = endpoint({
  method: 'post',
  path: '/api/simulations/:id/candidates/:candidateSessionId/invite/resend',
  summary: 'Mail an invite once more',
  description:
    'Waits up to 5 s for what becomes of the mail. Within 30 s of the last one nothing is sent: `rate_limited`.',
  auth: recruiter,
  may: mayInvite,
  input: { params: candidateParams },
  replies: { 200: resendReply },
  errors: ['SIMULATION_NOT_FOUND', 'CANDIDATE_SESSION_NOT_FOUND', 'SESSION_ENDED'],
  async handle({ app, actor, input: { params }, request }) {
    const { id, candidateSessionId } = params;
    const asked = await app.uow.write(actor, (uow) => resendInvite(uow, id, candidateSessionId), request);
    if (asked.outcome === 'rate_limited') {
      const { last, retryAfterSeconds } = asked;
      const body = { ...present(last), inviteEmailStatus: 'rate_limited' as const, retryAfterSeconds };
      return { status: 200, body, headers: { 'retry-after': String(retryAfterSeconds) } };
    }
    const settled = await waitUntilSettled(app, actor, { candidateSessionId, ...asked, signal: request.signal });
    return { status: 200, body: present(settled) };
  },
});

async function waitUntilSettled(
  app: App,
  actor: UserActor,
  {
    candidateSessionId,
    emailId,
    signal,
  }: { readonly candidateSessionId: string; readonly emailId: string; readonly signal: AbortSignal },
): Promise<Email | undefined> {
  return app.wait.until(
    `session:${candidateSessionId}`,
    async () => {
      const email = await app.uow.read(actor, () => readInviteMail(emailId));
      return email.status === 'queued' ? undefined : email;
    },
    { timeoutMs: LONGEST_WAIT_MS, signal },
  );
}

function present(email: Email | undefined): ResendReply {
  const status = email?.status;
  return {
    inviteEmailStatus: status === 'sent' || status === 'failed' ? status : null,
    inviteEmailSentAt: email?.sentAt?.toISOString() ?? null,
    inviteEmailError: email?.lastError?.slice(0, 200) ?? null,
  };
}
