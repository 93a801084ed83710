import Joi from 'joi';
import { createOnce } from '../../../core/idempotency.ts';
import { mayInvite } from '../../../domain/hiring/policies.ts';
import { findInvited, invite, type Invited, type Invitee } from '../../../services/hiring/invites.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { emailField } from '../../fields.ts';
import { idParam } from '../params.ts';
import { presentInvited, shownInvitedFields, type ShownInvited } from './present-invited.ts';

interface InviteReply extends ShownInvited {
  readonly outcome: 'created' | 'resent';
}

const inviteReply = Joi.object<InviteReply, true>({
  ...shownInvitedFields,
  outcome: Joi.string().valid('created', 'resent'),
});

const inviteBody = Joi.object<Invitee, true>({
  candidateName: Joi.string().trim().min(1).max(255).required(),
  inviteEmail: emailField.required(),
});

export const inviteCandidateEndpoint = endpoint({
  method: 'post',
  path: '/api/simulations/:id/invite',
  summary: 'Invite a candidate; a repeat gives the invite that is there',
  description: 'The mail leaves by a workflow and the repositories are made in the background: neither is waited for.',
  auth: recruiter,
  may: mayInvite,
  input: { params: idParam, body: inviteBody },
  replies: { 201: inviteReply, 200: inviteReply },
  errors: ['SIMULATION_NOT_FOUND', 'SIMULATION_CLOSED', 'CANDIDATE_ALREADY_COMPLETED', 'SUBMISSION_IN_FLIGHT'],
  idempotent: true,
  async handle({ app, actor, input, request }) {
    const { id } = input.params;
    const { linkKeys, github } = app.settings;
    const invited = await app.uow.write(
      actor,
      async (uow) => {
        let fresh: Invited | undefined;
        const sessionId = await createOnce(uow, request.idempotencyKey, {
          create: async () => {
            fresh = await invite(uow, id, input.body, { linkKeys, repoPrefix: github.repoPrefix });
            return fresh.session.id;
          },
        });
        return fresh ?? findInvited(uow, id, sessionId);
      },
      request,
    );
    const { outcome, session } = invited;
    const body = { ...presentInvited(app, session), outcome };
    return outcome === 'created' ? { status: 201, body } : { status: 200, body };
  },
});
