import { delimiter, join } from 'node:path';
import { toText } from './expressions/value.ts';
import type { Value } from './expressions/value.ts';
import type { JobFolders } from './folders.ts';
import { TRACKING_VARIABLE } from './leftovers.ts';
import type { OfflinePackages } from '../templates/offline-packages.ts';
import type { WorkflowRunRequest } from './types.ts';

type Environment = Readonly<Record<string, string>>;

/** The `github` context of a job, as far as expressions may ask for it. */
export function githubContext(
  request: WorkflowRunRequest,
  workflow: string,
  job: string,
  workspace: string,
): Record<string, Value> {
  return {
    actor: request.actor,
    api_url: request.env?.GITHUB_API_URL ?? '',
    event: { inputs: request.inputs },
    event_name: 'workflow_dispatch',
    job,
    ref: request.ref,
    ref_name: request.ref.replace(/^refs\/(heads|tags)\//, ''),
    ref_type: request.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository: request.repository,
    repository_owner: request.repository.split('/')[0] ?? '',
    run_attempt: '1',
    run_id: String(request.runId),
    run_number: String(request.runNumber),
    server_url: request.env?.GITHUB_SERVER_URL ?? '',
    sha: request.sha,
    triggering_actor: request.actor,
    workflow,
    workspace,
  };
}

/**
 * What every process of a job gets. Of our own environment only the search path and the locale pass; package managers are told
 * to stay offline, so that `npm ci` and `pip install` in a workflow file are the commands that run on GitHub, too.
 */
export function baseEnvironment(
  request: WorkflowRunRequest,
  github: Readonly<Record<string, Value>>,
  folders: JobFolders,
  packages: OfflinePackages,
  trackingId: string,
): Environment {
  const fromContext = Object.entries(github).filter(([, value]) => typeof value === 'string');
  return {
    ...ownEnvironment(),
    ...Object.fromEntries(fromContext.map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, toText(value)])),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_BASE_REF: '',
    GITHUB_EVENT_PATH: join(folders.temp, 'event.json'),
    GITHUB_HEAD_REF: '',
    GITHUB_REF_PROTECTED: 'false',
    GITHUB_WORKFLOW_SHA: request.sha,
    HOME: folders.home,
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_NAME: 'tenon-local',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.tools,
    [TRACKING_VARIABLE]: trackingId,
    TMPDIR: folders.temp,
    npm_config_audit: 'false',
    npm_config_cache: folders.npmCache,
    npm_config_fund: 'false',
    npm_config_offline: 'true',
    ...(packages.npmRegistry !== null && { npm_config_registry: packages.npmRegistry }),
    npm_config_update_notifier: 'false',
    PIP_CACHE_DIR: join(folders.home, 'pip'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_FIND_LINKS: folders.wheels,
    // Compiling everything takes longer than what a short run saves by it.
    PIP_NO_COMPILE: '1',
    PIP_NO_INDEX: '1',
    PIP_ROOT_USER_ACTION: 'ignore',
    ...request.env,
  };
}

function ownEnvironment(): Environment {
  const path = (process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter);
  const locale = Object.entries(process.env).filter(([name]) => name === 'LANG' || name.startsWith('LC_'));
  return {
    // A package manager that started us put its own folders in front: they are not the machine's.
    PATH: path.filter((folder) => !/node_modules|node-gyp-bin/.test(folder)).join(delimiter),
    ...Object.fromEntries(locale.map(([name, value]) => [name, value ?? ''])),
  };
}
