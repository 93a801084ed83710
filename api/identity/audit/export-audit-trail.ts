import type { UserActor } from '../../../domain/identity/actor.ts';
import { AUDIT_FORMAT, exportLine, type ExportHeader } from '../../../domain/identity/audit-chain.ts';
import { mayReadAuditTrail } from '../../../domain/identity/policies.ts';
import { readChain, readChainHead, recordExport } from '../../../services/identity/audit-trail.ts';
import { account } from '../../actors.ts';
import type { App } from '../../app.ts';
import { endpoint, stream } from '../../endpoint.ts';

/** Rows read at once; each page is a short transaction of its own, so a slow client holds none open. */
const PAGE = 500;

export const exportAuditTrail = endpoint({
  method: 'get',
  path: '/api/v1/org/audit-logs/export',
  summary: 'The organisation’s whole audit trail, to keep and to check',
  description:
    'One JSON text a line: a header with the last row’s number and hash, then every row, oldest first, as it was hashed. `npm run verify-audit -- <file>` checks it. The export itself is in the trail.',
  auth: account,
  may: mayReadAuditTrail,
  limit: 'export',
  input: {},
  replies: { 200: stream('application/x-ndjson') },
  errors: [],
  async handle({ app, actor, request }) {
    await app.uow.write(actor, async (uow) => recordExport(uow), request);
    const head = await app.uow.read(actor, (uow) => readChainHead(uow));
    const exportedAt = new Date().toISOString();
    const name = `audit-${actor.orgId}-${exportedAt.replaceAll(/[-:]|\.\d+/g, '')}.ndjson`;
    return {
      status: 200,
      body: linesOf(app, actor, { format: AUDIT_FORMAT, orgId: actor.orgId, exportedAt, head }),
      headers: { 'content-disposition': `attachment; filename="${name}"` },
    };
  },
});

/** A page of lines at a time. */
async function* linesOf({ uow }: Pick<App, 'uow'>, actor: UserActor, header: ExportHeader): AsyncGenerator<string> {
  yield `${JSON.stringify(header)}\n`;
  const lastSeq = header.head.seq;
  for (let afterSeq = 0; afterSeq < lastSeq;) {
    const place = { afterSeq, lastSeq, limit: PAGE };
    const rows = await uow.read(actor, (unit) => readChain(unit, place));
    if (rows.length === 0) return; // the end is gone; whoever checks the export is told by its header
    yield rows.map((row) => `${exportLine(row)}\n`).join('');
    afterSeq = rows.at(-1)?.seq ?? lastSeq;
  }
}
