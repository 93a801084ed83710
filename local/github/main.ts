import { executeWorkflow, readWorkflow } from './actions/index.ts';
import { startLocalGithub } from './server.ts';
import type { LocalGithubOptions } from './server.ts';
import { prepareTemplates } from './templates/index.ts';
import { recordSkipped } from './templates/record.ts';

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** One JSON line per event on stderr; stdout is for the one line that says where the server is. */
function log(message: string, details: Readonly<Record<string, unknown>> = {}): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), message, ...details })}\n`);
}

function webhookSetting(): Pick<LocalGithubOptions, 'webhook'> {
  const url = process.env['LOCAL_GITHUB_WEBHOOK_URL'];
  return url ? { webhook: { url, secret: setting('LOCAL_GITHUB_WEBHOOK_SECRET') } } : {};
}

function appSetting(): Pick<LocalGithubOptions, 'app'> {
  const id = process.env['LOCAL_GITHUB_APP_ID'];
  return id ? { app: { id: Number(id), publicKey: setting('LOCAL_GITHUB_APP_PUBLIC_KEY') } } : {};
}

const cacheDir = setting('LOCAL_GITHUB_CACHE_DIR');
const { available, skipped } = await prepareTemplates({ cacheDir, log });
const dir = setting('LOCAL_GITHUB_DIR');
await recordSkipped(dir, skipped);
const github = await startLocalGithub({
  dir,
  port: Number(process.env['LOCAL_GITHUB_PORT'] ?? 0),
  cacheDir,
  serviceToken: setting('LOCAL_GITHUB_SERVICE_TOKEN'),
  templates: available,
  ...webhookSetting(),
  ...appSetting(),
  execute: executeWorkflow,
  readWorkflow,
  log,
});

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    github.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log('the local GitHub could not close', { error: String(error) });
        process.exit(1);
      },
    );
  });
}
process.stdout.write(
  `${JSON.stringify({ ready: true, url: github.url, templates: available.map(({ key }) => key), skipped })}\n`,
);
