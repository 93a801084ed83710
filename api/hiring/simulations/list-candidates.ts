import Joi from 'joi';
import { mayReadSimulation } from '../../../domain/hiring/policies.ts';
import type { SessionStatus } from '../../../domain/hiring/session.ts';
import { listCandidates, type CandidateRow } from '../../../services/hiring/candidate-list.ts';
import { candidateSessionStart } from '../../../workflows/hiring/candidate-session.contract.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import type { Links } from '../../links.ts';
import { cursorOf, cursorSchema, idPart, nextLink, pageOf, readCursor } from '../../pages.ts';
import { idParam } from '../params.ts';

const statuses = ['not_started', 'in_progress', 'completed', 'expired', 'revoked'] as const satisfies SessionStatus[];

interface ListQuery {
  readonly status?: SessionStatus;
  readonly search?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

const listQuery = Joi.object<ListQuery, true>({
  status: Joi.string().valid(...statuses),
  search: Joi.string().trim().max(100).empty('').description('Part of a name or an address'),
  limit: Joi.number().integer().min(1).max(200),
  cursor: cursorSchema(idPart),
});

/** Without `limit` the contract's bare array holds everybody, up to this many. */
const MOST = 1000;

interface ListedCandidate {
  readonly candidateSessionId: number;
  readonly inviteEmail: string;
  readonly candidateName: string;
  readonly status: SessionStatus;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly expiresAt: string;
  readonly hasFitProfile: boolean;
  readonly inviteEmailStatus: 'sent' | 'failed' | null;
  readonly inviteEmailSentAt: string | null;
  readonly inviteEmailError: string | null;
  readonly sessionWorkflowUrl: string;
}

const candidateList = Joi.array<ListedCandidate[]>().items(
  Joi.object<ListedCandidate, true>({
    candidateSessionId: Joi.number().integer(),
    inviteEmail: Joi.string(),
    candidateName: Joi.string(),
    status: Joi.string().valid(...statuses),
    startedAt: Joi.string().isoDate().allow(null),
    completedAt: Joi.string().isoDate().allow(null),
    expiresAt: Joi.string().isoDate(),
    hasFitProfile: Joi.boolean(),
    inviteEmailStatus: Joi.string().valid('sent', 'failed', null),
    inviteEmailSentAt: Joi.string().isoDate().allow(null),
    inviteEmailError: Joi.string().max(200).allow(null),
    sessionWorkflowUrl: Joi.string(),
  }),
);

export const listCandidatesEndpoint = endpoint({
  method: 'get',
  path: '/api/simulations/:id/candidates',
  summary: 'List the candidates of a simulation, newest first',
  description: 'Without `limit` the latest 1 000. With `limit` a `Link: rel="next"` leads on.',
  auth: recruiter,
  may: mayReadSimulation,
  input: { params: idParam, query: listQuery },
  replies: { 200: candidateList },
  errors: ['SIMULATION_NOT_FOUND'],
  async handle({ app, actor, input }) {
    const { id } = input.params;
    const { limit, cursor, ...filter } = input.query;
    const [before] = cursor === undefined ? [] : readCursor(cursor);
    const rows = await app.uow.read(actor, (uow) =>
      listCandidates(uow, id, { ...filter, limit: (limit ?? MOST) + 1, ...(before !== undefined && { before }) }),
    );
    const { shown, last } = pageOf(rows, limit ?? MOST);
    const path = `/api/simulations/${id}/candidates`;
    return {
      status: 200,
      body: shown.map((row) => present(row, actor.orgId, app.links)),
      ...(limit !== undefined &&
        last && { headers: nextLink(path, { ...filter, limit, cursor: cursorOf([last.id]) }) }),
    };
  },
});

function present(row: CandidateRow, orgId: string, links: Links): ListedCandidate {
  const { id, generation, inviteEmail, candidateName, status, hasFitProfile, emailStatus } = row;
  return {
    candidateSessionId: Number(id),
    inviteEmail,
    candidateName,
    status,
    startedAt: row.startedAt?.toISOString() ?? null,
    completedAt: row.completedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt.toISOString(),
    hasFitProfile,
    inviteEmailStatus: emailStatus === 'sent' || emailStatus === 'failed' ? emailStatus : null,
    inviteEmailSentAt: row.emailSentAt?.toISOString() ?? null,
    inviteEmailError: row.emailError?.slice(0, 200) ?? null,
    sessionWorkflowUrl: links.workflow(candidateSessionStart({ orgId, sessionId: id, generation }).workflowId),
  };
}
