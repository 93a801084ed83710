import type { Endpoint } from '../../endpoint.ts';
import { exportAuditTrail } from './export-audit-trail.ts';
import { listAuditTrailEndpoint } from './list-audit-trail.ts';

export const auditEndpoints: readonly Endpoint[] = [listAuditTrailEndpoint, exportAuditTrail];
