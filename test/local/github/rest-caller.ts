import assert from 'node:assert/strict';
import { RequestError } from '@octokit/request-error';
import { appRoutes } from '../../../local/github/rest/apps.ts';
import { artifactRoutes } from '../../../local/github/rest/artifacts.ts';
import { branchRoutes } from '../../../local/github/rest/branches.ts';
import { collaboratorRoutes } from '../../../local/github/rest/collaborators.ts';
import { commitRoutes } from '../../../local/github/rest/commits.ts';
import { compareRoutes } from '../../../local/github/rest/compare.ts';
import { contentRoutes } from '../../../local/github/rest/contents.ts';
import { dispatchRoutes } from '../../../local/github/rest/dispatches.ts';
import { generateRoutes } from '../../../local/github/rest/generate.ts';
import { gitDataRoutes } from '../../../local/github/rest/git-data.ts';
import { hookRoutes } from '../../../local/github/rest/hooks.ts';
import { invitationRoutes } from '../../../local/github/rest/invitations.ts';
import { refRoutes } from '../../../local/github/rest/refs.ts';
import { repositoryRoutes } from '../../../local/github/rest/repositories.ts';
import type { Route } from '../../../local/github/rest/route.ts';
import { runRoutes } from '../../../local/github/rest/runs.ts';
import { userRoutes } from '../../../local/github/rest/users.ts';
import { workflowRoutes } from '../../../local/github/rest/workflows.ts';
import { loadGithubDescription } from '../../support/github-openapi.ts';
import type { GithubDescription } from '../../support/github-openapi.ts';
import type { TestGithub } from './support.ts';

/** Which test file drives which routes; together they are all routes of the server. */
export const groups = {
  repositories: [userRoutes, repositoryRoutes, generateRoutes, collaboratorRoutes, invitationRoutes].flat(),
  git: [branchRoutes, refRoutes, commitRoutes, gitDataRoutes, contentRoutes, compareRoutes].flat(),
  apps: appRoutes,
  actions: [workflowRoutes, dispatchRoutes, runRoutes, artifactRoutes, hookRoutes].flat(),
};

/** Statuses that github.com sends on these routes although its description does not list them. */
const undescribed: Record<string, number[]> = {
  'POST /repos/{template_owner}/{template_repo}/generate': [403, 404, 422],
  'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches': [403, 404, 422],
  'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}': [404],
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}': [404],
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs': [404],
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}': [404],
  'GET /repos/{owner}/{repo}/git/commits/{commit_sha}': [404],
  'PUT /repos/{owner}/{repo}/contents/{path}': [403],
  'PUT /repos/{owner}/{repo}/collaborators/{username}': [404],
  'GET /app': [404],
  'GET /orgs/{org}/hooks': [403],
  'GET /orgs/{org}/installation': [404],
  'GET /users/{username}/installation': [404],
  'DELETE /installation/token': [403],
};

export interface Answer {
  status: number;
  // replies are checked against GitHub's description; the tests read them freely
  data: ReturnType<typeof JSON.parse>;
  headers: Record<string, string | number | undefined>;
}

type Params = Record<string, unknown>;

/** Calls the server by a real Octokit and fails when a reply does not fit GitHub's description. */
export interface RestCaller {
  description: GithubDescription;
  call(route: string, params?: Params, octokit?: TestGithub['octokit']): Promise<Answer>;
  expectStatus(status: number, route: string, params?: Params): Promise<Answer>;
  /** The routes that never succeeded. */
  missing(routes: readonly Route[]): string[];
}

export function routeName({ method, template }: Route): string {
  return `${method} ${template}`;
}

const expectedHeaders = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'x-github-request-id'];

export function restCaller(github: TestGithub): RestCaller {
  const description = loadGithubDescription();
  const succeeded = new Set<string>();

  async function call(route: string, params: Params = {}, octokit = github.octokit): Promise<Answer> {
    const { status, data, headers } = await octokit
      .request(route, { ...params, request: { redirect: 'manual' } })
      .catch((error: unknown) => {
        if (error instanceof RequestError && error.response) return error.response;
        throw error;
      });
    if (status < 400) succeeded.add(route);
    const isListed = status === 401 || undescribed[route]?.includes(status);
    const problems = isListed ? description.errorProblems(data) : description.replyProblems(route, status, data);
    assert.deepEqual(problems, [], `${route} ${status} ${JSON.stringify(data)?.slice(0, 300)}`);
    for (const name of expectedHeaders) assert.ok(headers[name] !== undefined, `${route} has ${name}`);
    return { status, data, headers };
  }

  return {
    description,
    call,
    async expectStatus(status, route, params = {}) {
      const answer = await call(route, params);
      assert.equal(answer.status, status, `${route}: ${JSON.stringify(answer.data)}`);
      return answer;
    },
    missing: (routes) => routes.map(routeName).filter((route) => !succeeded.has(route)),
  };
}
