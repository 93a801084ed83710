import { mayReadAuditTrail } from '../../../domain/identity/policies.ts';
import { listAuditTrail, type TrailFilter } from '../../../services/identity/audit-trail.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { cursorOf, readCursor } from '../../pages.ts';
import { presentedTrail, presentEntry } from './presenter.ts';
import { trailQuery, type TrailQuery } from './query.ts';

export const listAuditTrailEndpoint = endpoint({
  method: 'get',
  path: '/api/v1/org/audit-logs',
  summary: 'The organisation’s audit trail, newest first',
  auth: recruiter,
  may: mayReadAuditTrail,
  input: { query: trailQuery },
  replies: { 200: presentedTrail },
  errors: [],
  async handle({ app, actor, input }) {
    const { page = 1, page_size: size, cursor } = input.query;
    const [beforeSeq] = cursor === undefined ? [] : readCursor(cursor);
    const { rows, total } = await app.uow.read(actor, (uow) =>
      listAuditTrail(uow, filterOf(input.query), {
        limit: size + 1,
        offset: (page - 1) * size,
        ...(beforeSeq !== undefined && { beforeSeq }),
      }),
    );
    const shown = rows.slice(0, size);
    const last = rows.length > size ? shown.at(-1) : undefined;
    return {
      status: 200,
      body: { items: shown.map(presentEntry), total, next_cursor: last ? cursorOf([last.seq]) : null },
    };
  },
});

function filterOf(query: TrailQuery): TrailFilter {
  const { feature, action } = query;
  const { resource_type: resourceType, resource_id: resourceId, actor_id: actorId } = query;
  const { created_from: createdFrom, created_to: createdTo } = query;
  return {
    ...(feature !== undefined && { feature: [feature].flat() }),
    ...(action !== undefined && { action: [action].flat() }),
    ...(resourceType !== undefined && { resourceType }),
    ...(resourceId !== undefined && { resourceId }),
    ...(actorId !== undefined && { actorId }),
    ...(createdFrom !== undefined && { createdFrom }),
    ...(createdTo !== undefined && { createdTo }),
  };
}
