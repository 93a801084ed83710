import { join } from 'node:path';
import { bootstrapDatabase } from '../migrations/bootstrap.ts';
import { migrate } from '../migrations/run.ts';
import { appEnvironment, seedEnvironment } from './environment.ts';
import { checkoutDir } from './paths.ts';
import { databaseName, type Plan } from './plan.ts';
import { runTool } from './tool.ts';

const SEED_LIMIT_MS = 60_000;

/** Makes roles and database (in our own Postgres only), brings the tables up to date, and adds the demo accounts. */
export async function prepareDatabase({ databaseAdmin, databaseOwner, secrets, addresses }: Plan): Promise<void> {
  if (databaseAdmin !== undefined) {
    await bootstrapDatabase({
      adminUrl: databaseAdmin,
      database: databaseName,
      passwords: { owner: secrets.postgresOwner, app: secrets.postgresApp, system: secrets.postgresSystem },
    });
  }
  await migrate(databaseOwner);
  await runTool(process.execPath, ['--import', 'tsx', join(checkoutDir, 'scripts', 'seed.ts')], {
    cwd: checkoutDir,
    env: { ...appEnvironment(addresses, secrets), ...seedEnvironment(secrets) },
    timeoutMs: SEED_LIMIT_MS,
  });
}
