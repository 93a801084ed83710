import Joi from 'joi';
import { mayListSimulations } from '../../../domain/hiring/policies.ts';
import { listSubmissions } from '../../../services/hiring/submission-reads.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { integerId } from '../params.ts';
import { presentListedSubmission } from './presenter.ts';
import { submissionList } from './schemas.ts';

interface ListQuery {
  readonly candidateSessionId?: string;
  readonly taskId?: string;
  readonly limit?: number;
  readonly offset: number;
}

const listQuery = Joi.object<ListQuery, true>({
  candidateSessionId: integerId,
  taskId: integerId,
  limit: Joi.number().integer().min(1).max(200),
  offset: Joi.number().integer().min(0).max(1_000_000).default(0),
});

/** Without `limit` the contract gives all; up to this many. */
const MOST = 1000;

export const listSubmissionsEndpoint = endpoint({
  method: 'get',
  path: '/api/submissions',
  summary: 'List submissions, newest first',
  auth: recruiter,
  may: mayListSimulations,
  input: { query: listQuery },
  replies: { 200: submissionList },
  errors: [],
  async handle({ app, actor, input }) {
    const { limit = MOST, ...filter } = input.query;
    const rows = await app.uow.read(actor, (uow) => listSubmissions(uow, { ...filter, limit }));
    return { status: 200, body: { items: rows.map((row) => presentListedSubmission(row, app.links)) } };
  },
});
