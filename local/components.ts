import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { apiEnvironment, appEnvironment, baseEnvironment, localGithubAppId } from './environment.ts';
import { cacheDir, checkoutDir } from './paths.ts';
import type { Plan } from './plan.ts';
import { isOpen } from './ports.ts';
import { prepareCluster } from './postgres/cluster.ts';
import { postgresPlace } from './postgres/place.ts';
import { answersQueries } from './postgres/ready.ts';
import { answersHttp, type ComponentSpec } from './supervisor/component.ts';
import { devServerArgs } from './temporal/dev-server.ts';
import { answersFor } from './temporal/ready.ts';

const START_TIMEOUT_MS = 60_000; // all are up in seconds; a busy machine needs more
const TEMPLATES_TIMEOUT_MS = 15 * 60_000; // the local GitHub fetches the templates' dependencies the first time

type NodeProcess = Pick<ComponentSpec, 'name' | 'env' | 'urls' | 'ports' | 'healthy'> &
  Partial<Pick<ComponentSpec, 'startTimeoutMs'>> & { readonly entry: string };

/** A TypeScript process of this checkout; a SIGTERM ends it in order. */
function nodeComponent({ entry, ...spec }: NodeProcess): ComponentSpec {
  return {
    startTimeoutMs: START_TIMEOUT_MS,
    ...spec,
    file: process.execPath,
    args: ['--import', 'tsx', join(checkoutDir, entry)],
    cwd: checkoutDir,
    stopSignal: 'SIGTERM',
    stopGraceMs: 30_000, // the API lets its callers have their answers, the worker its activities
  };
}

export async function postgresComponent({ ports, secrets, databaseAdmin }: Plan): Promise<ComponentSpec> {
  const command = await prepareCluster({
    dir: postgresPlace(),
    stateId: secrets.stateId,
    password: secrets.postgresAdmin,
    port: ports.postgres,
    durable: true,
  });
  return {
    ...command,
    name: 'postgres',
    urls: { main: `postgres://127.0.0.1:${ports.postgres}` },
    ports: { postgres: ports.postgres },
    healthy: () => answersQueries(databaseAdmin ?? ''),
    startTimeoutMs: START_TIMEOUT_MS,
    stopSignal: 'SIGINT', // ends the sessions; SIGTERM would wait for them
    stopGraceMs: 15_000,
  };
}

export function temporalComponent({ ports, dirs, addresses }: Plan, cli: string): ComponentSpec {
  return {
    name: 'temporal',
    file: cli,
    args: devServerArgs({ port: ports.temporal, uiPort: ports.temporalUi, dbFile: dirs.temporalDb }),
    cwd: checkoutDir,
    env: baseEnvironment(),
    urls: { main: addresses.temporal, ui: addresses.temporalUi },
    ports: { temporal: ports.temporal, temporalUi: ports.temporalUi },
    // a client that finds the port closed waits a second before it tries again
    healthy: async () =>
      (await isOpen(ports.temporal)) &&
      answersFor({ address: addresses.temporal, namespace: addresses.temporalNamespace }),
    startTimeoutMs: START_TIMEOUT_MS,
    stopSignal: 'SIGTERM',
    stopGraceMs: 10_000,
  };
}

export function githubComponent({ ports, dirs, addresses, secrets }: Plan): ComponentSpec {
  return nodeComponent({
    name: 'github',
    entry: 'local/github/main.ts',
    env: {
      ...baseEnvironment(),
      LOCAL_GITHUB_PORT: String(ports.github),
      LOCAL_GITHUB_DIR: dirs.github,
      LOCAL_GITHUB_CACHE_DIR: cacheDir(),
      LOCAL_GITHUB_SERVICE_TOKEN: secrets.githubToken,
      LOCAL_GITHUB_APP_ID: String(localGithubAppId),
      LOCAL_GITHUB_APP_PUBLIC_KEY: publicKeyOf(secrets.githubAppKey),
      LOCAL_GITHUB_WEBHOOK_URL: `${addresses.api}/api/github/webhooks`,
      LOCAL_GITHUB_WEBHOOK_SECRET: secrets.githubWebhook,
    },
    urls: { main: addresses.github, api: `${addresses.github}/api/v3` },
    ports: { github: ports.github },
    healthy: () => answersHttp(`${addresses.github}/api/v3/`, 500),
    startTimeoutMs: TEMPLATES_TIMEOUT_MS,
  });
}

function publicKeyOf(privateKey: string): string {
  return createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString();
}

export function identityComponent({ ports, dirs, addresses }: Plan): ComponentSpec {
  const url = addresses.identity;
  return nodeComponent({
    name: 'identity',
    entry: 'local/identity/main.ts',
    env: {
      ...baseEnvironment(),
      LOCAL_IDENTITY_PORT: String(ports.identity),
      LOCAL_IDENTITY_ISSUER: addresses.issuer,
      LOCAL_IDENTITY_KEY_FILE: dirs.identityKey,
    },
    urls: { main: url, discovery: `${url}/.well-known/openid-configuration` },
    ports: { identity: ports.identity },
    healthy: () => answersHttp(`${url}/health`),
  });
}

export function mailboxComponent({ ports, dirs, addresses }: Plan): ComponentSpec {
  const url = `http://127.0.0.1:${ports.mailbox}`;
  return nodeComponent({
    name: 'mailbox',
    entry: 'local/mailbox/main.ts',
    env: {
      ...baseEnvironment(),
      LOCAL_MAILBOX_PORT: String(ports.mailbox),
      LOCAL_MAILBOX_SMTP_PORT: String(ports.smtp),
      LOCAL_MAILBOX_DIR: dirs.mail,
    },
    urls: { main: url, smtp: addresses.smtp },
    ports: { mailbox: ports.mailbox, smtp: ports.smtp },
    healthy: () => answersHttp(`${url}/health`),
  });
}

export function workerComponent({ ports, addresses, secrets }: Plan): ComponentSpec {
  const metrics = `http://127.0.0.1:${ports.workerMetrics}/metrics`;
  return nodeComponent({
    name: 'worker',
    entry: 'worker/main.ts',
    env: appEnvironment(addresses, secrets),
    urls: { metrics },
    ports: { workerMetrics: ports.workerMetrics },
    healthy: () => answersHttp(metrics),
  });
}

export function apiComponent({ ports, addresses, secrets }: Plan): ComponentSpec {
  return nodeComponent({
    name: 'api',
    entry: 'api/server.ts',
    env: { ...appEnvironment(addresses, secrets), ...apiEnvironment(secrets) },
    urls: { main: addresses.api, docs: `${addresses.api}/docs` },
    ports: { api: ports.api },
    healthy: () => answersHttp(`${addresses.api}/health`),
  });
}
