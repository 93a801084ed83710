import { githubForge, type GithubForge } from '../../../adapters/github/index.ts';
import { systemActor } from '../../../domain/identity/actor.ts';
import { TestRun } from '../../../models/test-run.ts';
import { Workspace } from '../../../models/workspace.ts';
import { startRun } from '../../../services/workspaces/test-runs.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeSession, makeSimulation, makeWorkspace, taskOf } from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';
import {
  activitiesOn,
  appForgeOf,
  describeForges,
  forgeOf,
  rememberingOwners,
  startTestGithub,
  tinyTemplate,
  type ForgeBy,
  type TestGithub,
} from '../../support/factories-workspaces.ts';

/** A database, a local GitHub and the activities between them. */
export async function activityPlace(forgeBy: ForgeBy = forgeOf) {
  const [database, github] = await Promise.all([resetDatabase(), startTestGithub()]);
  const forge = forgeBy(github);
  const { owners, told } = rememberingOwners();
  return { database, github, forge, told, owners, activities: activitiesOn(database.uow, forge, owners) };
}
export type ActivityPlace = Awaited<ReturnType<typeof activityPlace>>;

/** Activities that call GitHub as an app; in the full mode also with a plain token, as nearly all other tests do. */
export function describeActivities(title: string, tell: (openPlace: () => Promise<ActivityPlace>) => void): void {
  if (process.env['TENON_TEST_FULL'] === '1') return describeForges(title, (by) => tell(() => activityPlace(by)));
  describe(title, () => tell(() => activityPlace(appForgeOf)));
}

/** A workspace that has only been asked for. */
export async function requestedWorkspace(templateRepo = tinyTemplate, githubUsername: string | null = null) {
  const session = await makeSession(await makeSimulation(await makeUser()));
  return makeWorkspace(session, taskOf(session, 'code'), {
    status: 'requested',
    settledGeneration: 0,
    templateRepo,
    repoId: null,
    defaultBranch: null,
    baseTemplateSha: null,
    readyAt: null,
    githubUsername,
  });
}

/** A workspace whose repository is there. */
export async function readyWorkspace(forge: GithubForge, templateRepo = tinyTemplate): Promise<Workspace> {
  const session = await makeSession(await makeSimulation(await makeUser()));
  const task = taskOf(session, 'code');
  const name = `tenon-ws-${session.id}-task${task.id}`;
  const made = await forge.generateFromTemplate({
    templateFullName: templateRepo,
    owner: 'tenon-hire-dev',
    name,
    description: '',
  });
  const head = await forge.getBranchHead(made.fullName, 'main');
  return makeWorkspace(session, task, {
    templateRepo,
    repoFullName: made.fullName,
    repoId: made.id,
    baseTemplateSha: head?.sha ?? null,
  });
}

export async function queuedRun(
  { uow }: TestDatabase,
  workspace: Workspace,
  changes: { purpose?: 'run' | 'submission'; branch?: string; inputs?: Record<string, string> } = {},
): Promise<TestRun> {
  const wanted = { branch: 'main', inputs: {}, purpose: 'run', ...changes } as const;
  const { run } = await uow.write(systemActor(workspace.orgId, 'test'), (unit) =>
    startRun(unit, { workspace, graceMs: 0, ref: 'r', ...wanted }),
  );
  return run;
}

/** The rows as they are now. */
export function rowsNow({ uow }: TestDatabase, orgId: string) {
  const read = <T>(work: () => Promise<T>): Promise<T> => uow.read(systemActor(orgId, 'test'), work);
  return {
    run: (id: string) => read(() => TestRun.findByPk(id, { rejectOnEmpty: true })),
    workspace: (id: string) => read(() => Workspace.findByPk(id, { rejectOnEmpty: true })),
  };
}

/** A GitHub that cannot be reached. */
export function deadForge(log: Parameters<typeof githubForge>[1]): ReturnType<typeof githubForge> {
  return githubForge({ apiBase: 'http://127.0.0.1:1/api/v3', token: 'token-of-a-test' }, log);
}

export const dispatchRoute = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';

/** How many runs GitHub has started since the last `clearCalls`. */
export async function dispatchesSeen({ control }: TestGithub): Promise<number> {
  return (await control.calls()).counts[dispatchRoute] ?? 0;
}

/** Of the token's own account. */
export async function ownLogin({ apiUrl, token }: TestGithub): Promise<string> {
  const reply = await fetch(`${apiUrl}/user`, { headers: { authorization: `token ${token}` } });
  return ((await reply.json()) as { login: string }).login;
}
