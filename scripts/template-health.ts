// `npm run -s template-health -- --mode static|live --all | --template-keys K… [--concurrency N] [--timeout-seconds N]`: whether the
// template repositories are fit for candidates. Exit 0: all are, 1: some are not or they could not be asked, 2: wrong call.
// Static asks GitHub from here; live starts the workflow `template-health/<id>`, which needs Temporal and a worker, and tells on stderr
// how far it is.
import { pathToFileURL } from 'node:url';
import pLimit from 'p-limit';
import { checkActivity } from '../activities/templates/check.ts';
import { githubForge } from '../adapters/github/index.ts';
import { workflowUrl } from '../api/links.ts';
import { messageOf } from '../core/errors.ts';
import { createLogger } from '../core/logger.ts';
import { readGithubCredentials } from '../core/settings/github.ts';
import { settingsSchema } from '../core/settings/schema.ts';
import { SettingsError } from '../core/settings/settings-error.ts';
import { temporalClient } from '../core/temporal.ts';
import { workflowRuns } from '../core/workflow-runs.ts';
import { healthReport, type HealthReport } from '../domain/hiring/template-health.ts';
import { templateHealthInput } from '../services/hiring/template-health.ts';
import {
  longestHealthMs,
  templateHealthStart,
  type TemplateHealthInput,
} from '../workflows/hiring/template-health.contract.ts';
import { readArguments, UsageError } from './template-health/arguments.ts';
import { tellProgress } from './template-health/progress.ts';

interface Output {
  readonly exitCode: 0 | 1 | 2;
  readonly text: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the command prints, and how it ends; `tell` hears how far a live check is. */
export async function checkTemplateHealth(
  args: readonly string[],
  env: Environment,
  tell: (line: string) => void = () => undefined,
): Promise<Output> {
  try {
    const wanted = readArguments(args);
    const settings = readSome(env);
    const input = templateHealthInput(settings, wanted);
    const report = await (wanted.mode === 'live' ? checkLive(input, settings, tell) : checkStatic(input, settings));
    return { exitCode: report.ok ? 0 : 1, text: render(report) };
  } catch (error) {
    return { exitCode: error instanceof UsageError ? 2 : 1, text: `error: ${messageOf(error)}` };
  }
}

type Some = ReturnType<typeof readSome>;

/** Only what this command needs: it also runs where nothing but GitHub is known, as in a template's own checks. */
function readSome(env: Environment) {
  const credentials = env['TENON_GITHUB_APP_ID'] ? [] : ['TENON_GITHUB_TOKEN'];
  for (const name of [...credentials, 'TENON_GITHUB_ACTIONS_WORKFLOW_FILE'])
    if (!env[name]) throw new UsageError(`${name} is required`);
  const given = Object.entries(env).filter(([name, value]) => value && /^(TENON_GITHUB|TEMPORAL)_/.test(name));
  const { value, error } = settingsSchema.validate(Object.fromEntries(given), {
    stripUnknown: true,
    abortEarly: false,
  });
  const wrong = error?.details.find(({ path: [name] }) => given.some(([known]) => known === name));
  if (wrong) throw new UsageError(wrong.message);
  const settings: Readonly<Record<string, unknown>> = value ?? {};
  const text = (name: string): string => String(settings[name]);
  const apiKey = settings['TEMPORAL_API_KEY'];
  return {
    apiBase: text('TENON_GITHUB_API_BASE').replace(/\/+$/, ''),
    ...readCredentials((name) => env[name] || undefined, text('TENON_GITHUB_TEMPLATE_OWNER')),
    templateOwner: text('TENON_GITHUB_TEMPLATE_OWNER'),
    workflowFile: text('TENON_GITHUB_ACTIONS_WORKFLOW_FILE'),
    temporal: {
      address: text('TEMPORAL_ADDRESS'),
      namespace: text('TEMPORAL_NAMESPACE'),
      uiUrl: text('TEMPORAL_UI_URL'),
      apiKey: apiKey === undefined ? undefined : text('TEMPORAL_API_KEY'),
      tls: settings['TEMPORAL_TLS'] === '1',
    },
  };
}

function readCredentials(...given: Parameters<typeof readGithubCredentials>) {
  try {
    return readGithubCredentials(...given);
  } catch (error) {
    throw error instanceof SettingsError ? new UsageError(error.message) : error;
  }
}

async function checkStatic(input: TemplateHealthInput, settings: Some): Promise<HealthReport> {
  const forge = githubForge(settings, createLogger('template-health', 'silent'));
  const { checkTemplate } = checkActivity({ forge });
  const limit = pLimit(input.concurrency);
  const { mode, workflowFile } = input;
  try {
    const checked = await limit.map(input.templates, (template) => checkTemplate({ ...template, mode, workflowFile }));
    return healthReport(
      mode,
      checked.map(({ report }) => report),
    );
  } finally {
    await forge.close();
  }
}

async function checkLive(
  input: TemplateHealthInput,
  settings: Some,
  tell: (line: string) => void,
): Promise<HealthReport> {
  const client = temporalClient(settings);
  const ended = new AbortController();
  const start = templateHealthStart(input);
  const telling = tellProgress(client, start.workflowId, { tell, ended: ended.signal });
  try {
    tell(`the workflow is ${workflowUrl(settings.temporal, start.workflowId)}`);
    return await workflowRuns(client).run<HealthReport>(start, { waitMs: longestHealthMs(input) });
  } finally {
    ended.abort();
    await telling;
    await client.connection.close();
  }
}

function render({ mode, templates }: HealthReport): string {
  const bad = templates.filter(({ ok }) => !ok);
  const lines = bad.map(
    ({ templateKey, repoFullName, errors }) => `- ${templateKey} (${repoFullName}): ${errors.join(', ')}`,
  );
  return [`template health (${mode}): ${templates.length - bad.length}/${templates.length} ok`, ...lines].join('\n');
}

/** Runs the command in this process. */
export async function main(args: readonly string[], env: Environment): Promise<void> {
  const { exitCode, text } = await checkTemplateHealth(args, env, (line) => void process.stderr.write(`${line}\n`));
  (text.startsWith('error: ') ? process.stderr : process.stdout).write(`${text}\n`);
  process.exitCode = exitCode;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2), process.env);
