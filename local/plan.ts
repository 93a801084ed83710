import { join } from 'node:path';
import type { Addresses } from './environment.ts';
import { apiAudience } from './identity/claims.ts';
import { stateDir } from './paths.ts';
import { adminUrlOf } from './postgres/ready.ts';
import type { Secrets } from './secrets.ts';
import type { Ports } from './supervisor/choose-ports.ts';
import type { StackFile } from './supervisor/stack-file.ts';

/** The ports of the stack where nothing is in the way. */
export const usualPorts = {
  api: 8000,
  workerMetrics: 9464,
  postgres: 54329,
  temporal: 7233,
  temporalUi: 8233,
  github: 8300,
  identity: 8400,
  mailbox: 8025,
  smtp: 1025,
} as const;

export type PortName = keyof typeof usualPorts;

/** Database of the local stack. */
export const databaseName = 'tenon';

/** Everything that is decided before the first process starts. */
export interface Plan {
  readonly ports: Ports<PortName>;
  readonly secrets: Secrets;
  readonly addresses: Addresses;
  /** As tenon_owner, for migrations and seeds. */
  readonly databaseOwner: string;
  /** Superuser of our own Postgres; undefined when the database is somebody else's. */
  readonly databaseAdmin: string | undefined;
  readonly ownTemporal: boolean;
  /** Where each component keeps its state. */
  readonly dirs: {
    readonly github: string;
    readonly mail: string;
    readonly identityKey: string;
    readonly temporalDb: string;
  };
}

/** Ports whose addresses live on in the state: in the remotes of cloned repositories. */
const lasting: readonly PortName[] = ['github'];

/** The ports that the last run used and that should stay. */
export function lastingPorts(stack: StackFile | undefined): Partial<Ports<PortName>> {
  const last = Object.assign({}, ...(stack?.components ?? []).map(({ ports }) => ports)) as Partial<Ports<PortName>>;
  return Object.fromEntries(lasting.flatMap((name) => (last[name] === undefined ? [] : [[name, last[name]]])));
}

/** Puts addresses together. @throws with one sentence when an external database is only half described. */
export function makePlan(ports: Ports<PortName>, secrets: Secrets, env: NodeJS.ProcessEnv = process.env): Plan {
  const local = (port: number): string => `http://127.0.0.1:${port}`;
  const database = databaseUrls(ports.postgres, secrets, env);
  const github = local(ports.github);
  return {
    ports,
    secrets,
    databaseOwner: database.owner,
    databaseAdmin: database.admin,
    ownTemporal: env['TEMPORAL_ADDRESS'] === undefined,
    dirs: {
      github: join(stateDir, 'github'),
      mail: join(stateDir, 'mail'),
      identityKey: join(stateDir, 'identity-key.json'),
      temporalDb: join(stateDir, 'temporal.db'),
    },
    addresses: {
      api: local(ports.api),
      apiPort: ports.api,
      workerMetricsPort: ports.workerMetrics,
      database: database.app,
      databaseDirect: database.direct,
      databaseSystem: database.system,
      temporal: env['TEMPORAL_ADDRESS'] ?? `127.0.0.1:${ports.temporal}`,
      temporalNamespace: env['TEMPORAL_NAMESPACE'] ?? 'default',
      temporalUi: env['TEMPORAL_UI_URL'] ?? local(ports.temporalUi),
      github,
      identity: local(ports.identity),
      // A name that accounts are bound to: it stays when the provider has to move to another port. With a slash at the end.
      issuer: `${local(usualPorts.identity)}/`,
      jwks: `${local(ports.identity)}/jwks`,
      audience: apiAudience,
      smtp: `smtp://127.0.0.1:${ports.smtp}`,
    },
  };
}

interface DatabaseUrls {
  readonly app: string;
  readonly direct: string;
  readonly system: string;
  readonly owner: string;
  readonly admin: string | undefined;
}

function databaseUrls(port: number, secrets: Secrets, env: NodeJS.ProcessEnv): DatabaseUrls {
  const { DATABASE_URL: app, DATABASE_URL_DIRECT, DATABASE_URL_SYSTEM: system, DATABASE_URL_OWNER: owner } = env;
  if (app !== undefined) {
    if (system === undefined || owner === undefined) {
      throw new Error(
        'With DATABASE_URL (tenon_app) also set DATABASE_URL_SYSTEM (tenon_system) and DATABASE_URL_OWNER (tenon_owner, for migrations).',
      );
    }
    return { app, direct: DATABASE_URL_DIRECT ?? app, system, owner, admin: undefined };
  }
  const as = (role: string, password: string): string =>
    `postgres://${role}:${password}@127.0.0.1:${port}/${databaseName}`;
  const ours = as('tenon_app', secrets.postgresApp);
  return {
    app: ours,
    direct: ours,
    system: as('tenon_system', secrets.postgresSystem),
    owner: as('tenon_owner', secrets.postgresOwner),
    admin: adminUrlOf(port, secrets.postgresAdmin),
  };
}
