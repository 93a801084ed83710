import { appRoutes } from './apps.ts';
import { artifactRoutes } from './artifacts.ts';
import { branchRoutes } from './branches.ts';
import { collaboratorRoutes } from './collaborators.ts';
import { commitRoutes } from './commits.ts';
import { compareRoutes } from './compare.ts';
import { contentRoutes } from './contents.ts';
import { dispatchRoutes } from './dispatches.ts';
import { generateRoutes } from './generate.ts';
import { gitDataRoutes } from './git-data.ts';
import { hookRoutes } from './hooks.ts';
import { invitationRoutes } from './invitations.ts';
import { refRoutes } from './refs.ts';
import { repositoryRoutes } from './repositories.ts';
import type { Route } from './route.ts';
import { runRoutes } from './runs.ts';
import { userRoutes } from './users.ts';
import { workflowRoutes } from './workflows.ts';

/** Every REST call that the local GitHub knows. */
export const routes: readonly Route[] = [
  ...userRoutes,
  ...repositoryRoutes,
  ...generateRoutes,
  ...branchRoutes,
  ...refRoutes,
  ...commitRoutes,
  ...gitDataRoutes,
  ...contentRoutes,
  ...compareRoutes,
  ...collaboratorRoutes,
  ...invitationRoutes,
  ...workflowRoutes,
  ...dispatchRoutes,
  ...runRoutes,
  ...artifactRoutes,
  ...hookRoutes,
  ...appRoutes,
];
