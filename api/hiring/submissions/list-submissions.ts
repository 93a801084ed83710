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

/** Without `limit`. With what a list shows of each, that many stay below the 2 MiB that clients read. */
const MOST = 100;
/** Characters of file names and patches: of one submission, and of all in a reply together. */
const DIFF_CHARS = { one: 20_000, all: 600_000 };

export const listSubmissionsEndpoint = endpoint({
  method: 'get',
  path: '/api/submissions',
  summary: 'List submissions, newest first',
  description:
    'Without `limit` the latest 100. Diffs and output are shortened (`truncated`, `stdoutTruncated`, `stderrTruncated`); the detail has more.',
  auth: recruiter,
  may: mayListSimulations,
  input: { query: listQuery },
  replies: { 200: submissionList },
  errors: [],
  async handle({ app, actor, input }) {
    const { limit = MOST, ...filter } = input.query;
    const rows = await app.uow.read(actor, (uow) => listSubmissions(uow, { ...filter, limit }));
    const diffChars = Math.min(DIFF_CHARS.one, Math.floor(DIFF_CHARS.all / rows.length));
    return { status: 200, body: { items: rows.map((row) => presentListedSubmission(row, app.links, diffChars)) } };
  },
});
