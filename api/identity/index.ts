import type { Endpoint } from '../endpoint.ts';
import { apiKeyEndpoints } from './api-keys/index.ts';
import { auditEndpoints } from './audit/index.ts';
import { authEndpoints } from './auth/index.ts';
import { memberEndpoints } from './members/index.ts';
import { createOrganizationEndpoint } from './organizations/create-organization.ts';
import { pageEndpoints } from './pages/index.ts';
import { roleEndpoints } from './roles/index.ts';

export const identityEndpoints: readonly Endpoint[] = [
  ...authEndpoints,
  createOrganizationEndpoint,
  ...memberEndpoints,
  ...roleEndpoints,
  ...apiKeyEndpoints,
  ...auditEndpoints,
  ...pageEndpoints,
];
