import Joi from 'joi';
import { mayInvite } from '../../../domain/hiring/policies.ts';
import { correctInvitee, type Correction } from '../../../services/hiring/candidate-changes.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { emailField } from '../../fields.ts';
import { candidateParams } from './candidate-params.ts';
import { presentInvited, shownInvitedFields, type ShownInvited } from './present-invited.ts';

interface Corrected extends ShownInvited {
  readonly candidateName: string;
  readonly inviteEmail: string;
}

const corrected = Joi.object<Corrected, true>({
  ...shownInvitedFields,
  candidateName: Joi.string(),
  inviteEmail: Joi.string(),
});

const correction = Joi.object<Correction, true>({
  candidateName: Joi.string().trim().min(1).max(255),
  inviteEmail: emailField,
}).min(1);

export const correctCandidateEndpoint = endpoint({
  method: 'patch',
  path: '/api/simulations/:id/candidates/:candidateSessionId',
  summary: 'Correct whom an invite is for, before it is claimed',
  description: 'Another address gets a link and a clock of its own; the link that went to the wrong one ends.',
  auth: recruiter,
  may: mayInvite,
  input: { params: candidateParams, body: correction },
  replies: { 200: corrected },
  errors: [
    'SIMULATION_NOT_FOUND',
    'CANDIDATE_SESSION_NOT_FOUND',
    'SESSION_ENDED',
    'SESSION_CLAIMED',
    'CANDIDATE_INVITED_ALREADY',
  ],
  async handle({ app, actor, input: { params, body }, request }) {
    const { linkKeys, github } = app.settings;
    const session = await app.uow.write(
      actor,
      (uow) =>
        correctInvitee(uow, params.id, params.candidateSessionId, body, {
          linkKeys,
          repoPrefix: github.repoPrefix,
        }),
      request,
    );
    const { candidateName, inviteEmail } = session;
    return { status: 200, body: { ...presentInvited(app, session), candidateName, inviteEmail } };
  },
});
