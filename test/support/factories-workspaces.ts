import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { workspaceActivities } from '../../activities/workspaces.ts';
import { githubTurns } from '../../activities/workspaces/turn.ts';
import { githubForge, type ForgeOptions, type GithubForge, type OpenForge } from '../../adapters/github/index.ts';
import { createLogger, type Logger } from '../../core/logger.ts';
import { createMetrics } from '../../core/metrics.ts';
import type { GithubAppCredentials } from '../../core/settings/github.ts';
import type { UnitsOfWork } from '../../core/unit-of-work.ts';
import { PLAIN_TOKEN, unlimited, type GithubBudget, type WriteLimits } from '../../domain/github/write-limits.ts';
import type { FinishedRun } from '../../domain/workspaces/test-run.ts';
import { readWorkflow } from '../../local/github/actions/index.ts';
import { controlClient, type ControlClient } from '../../local/github/control/client.ts';
import { startLocalGithub } from '../../local/github/server.ts';
import { eventually } from './eventually.ts';
import { testApp, testAppPublicKey } from './github-app.ts';
import type { RunOwner, RunOwners } from '../../services/workspaces/run-records.ts';

/** A template whose workflow file declares Tenon's inputs and one of its own. */
export const tinyTemplate = 'tenon-hire-dev/tenon-template-tiny';
/** A template whose workflow file declares no inputs. */
export const plainTemplate = 'tenon-hire-dev/tenon-template-plain';

const steps = `permissions: {}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: exit 0
`;
const workflows = {
  tiny: `name: Tests
run-name: Tests \${{ inputs.tenon_run }}
on:
  workflow_dispatch:
    inputs:
      tenon_run: { type: string, default: '' }
      tenon_day: { type: string, default: '' }
      colour: { type: string, default: '' }
${steps}`,
  plain: `name: Tests
on:
  workflow_dispatch:
${steps}`,
};

export interface TestGithub {
  readonly url: string;
  readonly apiUrl: string;
  readonly token: string;
  /** The app that is installed on the organisation. */
  readonly app: GithubAppCredentials;
  readonly control: ControlClient;
  close(): Promise<void>;
}

/** A local GitHub with two small templates, whose runs succeed at once without artifacts unless control says otherwise. */
export function startTestGithub(
  webhook?: { url: string; secret: string },
  now: () => number = Date.now,
): Promise<TestGithub> {
  return startGithubIn(async (dir) => ({
    now,
    templates: await Promise.all(
      (['tiny', 'plain'] as const).map(async (key) => ({
        key,
        folder: await templateFolder(join(dir, key), workflows[key]),
        description: key,
      })),
    ),
    ...(webhook && { webhook }),
    execute: ({ sha }) =>
      Promise.resolve({ conclusion: 'success', runName: '', headSha: sha, jobs: [], artifacts: [] }),
  }));
}

type GithubOptions = Parameters<typeof startLocalGithub>[0];

/** A local GitHub in a folder of its own, which goes with it; `prepare` puts there what its templates are made of. */
export async function startGithubIn(
  prepare: (dir: string) => Promise<Pick<GithubOptions, 'templates' | 'execute' | 'webhook' | 'now'>>,
): Promise<TestGithub> {
  const dir = await mkdtemp(join(tmpdir(), 'tenon-github-'));
  const token = `service-${randomUUID()}`;
  const github = await startLocalGithub({
    dir: join(dir, 'state'),
    cacheDir: join(dir, 'cache'),
    serviceToken: token,
    app: { id: Number(testApp.id), publicKey: testAppPublicKey },
    readWorkflow,
    log: () => undefined,
    ...(await prepare(dir)),
  });
  return {
    url: github.url,
    apiUrl: github.apiUrl,
    token,
    app: testApp,
    control: controlClient(github.url, token),
    async close() {
      await github.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A template's folder, with this workflow file if one is given. */
export async function templateFolder(folder: string, workflow: string | undefined): Promise<string> {
  await mkdir(join(folder, '.github', 'workflows'), { recursive: true });
  await writeFile(join(folder, 'README.md'), 'A template\n');
  if (workflow !== undefined) await writeFile(join(folder, '.github', 'workflows', 'tenon-ci.yml'), workflow);
  return folder;
}

/** A logger that keeps its lines. */
export function keepingLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: createLogger('test', 'trace', { write: (line) => void lines.push(line) }) };
}

export function forgeOf(
  { apiUrl, token }: Pick<TestGithub, 'apiUrl' | 'token'>,
  log: Logger = createLogger('test', 'silent'),
  options?: ForgeOptions,
): OpenForge {
  return githubForge({ apiBase: apiUrl, token }, log, options);
}

/** The same as the installed app. */
export function appForgeOf(
  { apiUrl, app }: Pick<TestGithub, 'apiUrl' | 'app'>,
  log: Logger = createLogger('test', 'silent'),
  options?: ForgeOptions,
): OpenForge {
  return githubForge({ apiBase: apiUrl, app }, log, { settleMs: 1, ...options });
}

export type ForgeBy = (github: TestGithub, log?: Logger, options?: ForgeOptions) => OpenForge;

/** What is said of a forge, of both ways to call GitHub. */
export function describeForges(title: string, tell: (forgeBy: ForgeBy) => void): void {
  describe(`${title}, with a plain token`, () => tell(forgeOf));
  describe(`${title}, as an app`, () => tell(appForgeOf));
}

/** Failing activities are what many tests are about. */
const quiet = new DefaultLogger('ERROR', () => undefined);

/** Runs an activity as a worker would, in its `attempt`th try. */
export function inActivity<I, T>(activity: (input: I) => Promise<T>, input: I, attempt = 1): Promise<T> {
  return new MockActivityEnvironment({ attempt }, { logger: quiet }).run<[I], T, typeof activity>(activity, input);
}

/** Owners that remember what they were told. */
export function rememberingOwners(): { owners: RunOwners; told: string[] } {
  const told: string[] = [];
  const tell =
    (what: keyof RunOwner) =>
    (...[, run]: Parameters<RunOwner['failed']>) =>
      Promise.resolve(void told.push(`${what} ${run.id}`));
  return {
    told,
    owners: { submission: { dispatched: tell('dispatched'), finished: tell('finished'), failed: tell('failed') } },
  };
}

/** Nothing is limited. */
export const testBudget: GithubBudget = { installation: PLAIN_TOKEN, limits: unlimited };

/** Turns to write to GitHub; as many as are wanted, if no limits are given. */
export function turnsOn(units: UnitsOfWork, limits: WriteLimits = unlimited, log = createLogger('test', 'silent')) {
  const budget = { installation: PLAIN_TOKEN, limits };
  return githubTurns({ units, budget, log, metrics: createMetrics({ processMetrics: false }) });
}

/** The activities against a (local) GitHub. */
export function activitiesOn(
  units: UnitsOfWork,
  forge: GithubForge,
  owners: RunOwners = rememberingOwners().owners,
  turns = turnsOn(units),
) {
  return workspaceActivities({
    units,
    forge,
    turns,
    owners,
    settings: { github: { workflowFile: 'tenon-ci.yml' } },
    log: createLogger('test', 'silent'),
  });
}

/** An artifact with the results that templates write. */
export function resultsArtifact(results: object, name = 'tenon-test-results') {
  return { name, entries: [{ path: 'tenon-test-results.json', text: JSON.stringify(results) }] };
}

/** Waits until GitHub says that the run has ended. */
export function runEnd(forge: GithubForge, repo: string, githubRunId: string): Promise<FinishedRun> {
  return eventually(`the end of run ${githubRunId} of ${repo}`, async () => {
    const { status, conclusion, headSha } = await forge.getRun(repo, githubRunId);
    return status === 'completed' && conclusion !== null && { githubRunId, conclusion, headSha };
  });
}
