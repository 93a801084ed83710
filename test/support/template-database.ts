import { randomBytes } from 'node:crypto';
import { bootstrapDatabase } from '../../migrations/bootstrap.ts';
import { migrate } from '../../migrations/run.ts';

const TEMPLATE_DB = 'tenon_template';

/** Makes a migrated database to clone from, and says where it is by the variables that test/support/database.ts reads. */
export async function prepareTemplate(adminUrl: string): Promise<Record<string, string>> {
  const password = (): string => randomBytes(24).toString('base64url');
  const passwords = { owner: password(), app: password(), system: password() };
  await bootstrapDatabase({ adminUrl, database: TEMPLATE_DB, passwords });
  const ownerUrl = new URL(adminUrl);
  ownerUrl.username = 'tenon_owner';
  ownerUrl.password = passwords.owner;
  ownerUrl.pathname = `/${TEMPLATE_DB}`;
  await migrate(ownerUrl.href);
  return {
    TENON_TEST_PG_ADMIN_URL: adminUrl,
    TENON_TEST_PG_PASSWORDS: JSON.stringify(passwords),
    TENON_TEST_TEMPLATE_DB: TEMPLATE_DB,
  };
}
