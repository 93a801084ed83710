import { mayReadAuditTrail } from '../../../domain/identity/policies.ts';
import { listAuditTrail, type TrailFilter } from '../../../services/identity/audit-trail.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { cursorOf, pageAsked, pageOf, readCursor } from '../../pages.ts';
import { presentedTrail, presentEntry } from './presenter.ts';
import { trailQuery, type TrailQuery } from './query.ts';

export const listAuditTrailEndpoint = endpoint({
  method: 'get',
  path: '/api/v1/org/audit-logs',
  summary: 'The organisation’s audit trail, newest first',
  auth: account,
  may: mayReadAuditTrail,
  input: { query: trailQuery },
  replies: { 200: presentedTrail },
  errors: [],
  async handle({ app, actor, input }) {
    const { cursor, page_size: size } = input.query;
    const [beforeSeq] = cursor === undefined ? [] : readCursor(cursor);
    const { rows, total } = await app.uow.read(actor, (uow) =>
      listAuditTrail(uow, filterOf(input.query), {
        ...pageAsked(input.query),
        ...(beforeSeq !== undefined && { beforeSeq }),
      }),
    );
    const { shown, last } = pageOf(rows, size);
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
