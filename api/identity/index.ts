import type { Endpoint } from '../endpoint.ts';
import { auditEndpoints } from './audit/index.ts';
import { readMe } from './auth/read-me.ts';

export const identityEndpoints: readonly Endpoint[] = [readMe, ...auditEndpoints];
