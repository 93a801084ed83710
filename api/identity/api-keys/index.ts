import type { Endpoint } from '../../endpoint.ts';
import { createApiKeyEndpoint } from './create-api-key.ts';
import { listApiKeysEndpoint } from './list-api-keys.ts';
import { revokeApiKeyEndpoint } from './revoke-api-key.ts';

export const apiKeyEndpoints: readonly Endpoint[] = [createApiKeyEndpoint, listApiKeysEndpoint, revokeApiKeyEndpoint];
