import type { Endpoint } from './endpoint.ts';
import { githubEndpoints } from './github/index.ts';
import { hiringEndpoints } from './hiring/index.ts';
import { identityEndpoints } from './identity/index.ts';
import { mailEndpoints } from './mail/index.ts';
import { opsEndpoints } from './ops/index.ts';
import { workspaceEndpoints } from './workspaces/index.ts';

/** The table: every endpoint of the API. A context adds its own here from `api/<context>/index.ts`. */
export const endpoints: readonly Endpoint[] = [
  ...identityEndpoints,
  ...hiringEndpoints,
  ...workspaceEndpoints,
  ...githubEndpoints,
  ...mailEndpoints,
  ...opsEndpoints(() => endpoints),
];
