import { mayReadSimulation } from '../../../domain/hiring/policies.ts';
import { loadSubmission } from '../../../services/hiring/submission-reads.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { idParam } from '../params.ts';
import { presentDetailedSubmission } from './presenter.ts';
import { submissionDetail } from './schemas.ts';

export const readSubmission = endpoint({
  method: 'get',
  path: '/api/submissions/:id',
  summary: 'A submission with its text, test results and diff',
  auth: recruiter,
  may: mayReadSimulation,
  input: { params: idParam },
  replies: { 200: submissionDetail },
  errors: ['SUBMISSION_NOT_FOUND'],
  async handle({ app, actor, input }) {
    const row = await app.uow.read(actor, (uow) => loadSubmission(uow, input.params.id));
    return { status: 200, body: presentDetailedSubmission(row, app.links) };
  },
});
