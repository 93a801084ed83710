import type { Endpoint } from './endpoint.ts';
import { hiringEndpoints } from './hiring/index.ts';
import { identityEndpoints } from './identity/index.ts';
import { opsEndpoints } from './ops/index.ts';

/** The table: every endpoint of the API. A context adds its own here from `api/<context>/index.ts`. */
export const endpoints: readonly Endpoint[] = [
  ...identityEndpoints,
  ...hiringEndpoints,
  ...opsEndpoints(() => endpoints),
];
