import { bootstrapDatabase } from '../migrations/bootstrap.ts';
import { migrate } from '../migrations/run.ts';
import { databaseName, type Plan } from './plan.ts';

/** Makes roles and database (in our own Postgres only) and brings the tables up to date. Returns what was migrated. */
export async function prepareDatabase({ databaseAdmin, databaseOwner, secrets }: Plan): Promise<string[]> {
  if (databaseAdmin !== undefined) {
    await bootstrapDatabase({
      adminUrl: databaseAdmin,
      database: databaseName,
      passwords: { owner: secrets.postgresOwner, app: secrets.postgresApp, system: secrets.postgresSystem },
    });
  }
  return migrate(databaseOwner);
}
