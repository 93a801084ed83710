// `npm run migrate [-- --down N]`: brings the database up to date as tenon_owner, or takes back the last N migrations.
// With DATABASE_URL_ADMIN the roles and the database are created first; passwords are those in the other addresses.
import { parseArgs } from 'node:util';
import { messageOf } from '../core/errors.ts';
import { bootstrapDatabase } from '../migrations/bootstrap.ts';
import { migrate, migrateDown } from '../migrations/run.ts';

async function main(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const { values } = parseArgs({ args: [...args], options: { down: { type: 'string' } } });
  const ownerUrl = urlOf(env, 'DATABASE_URL_OWNER', 'the database, as tenon_owner');
  if (values.down !== undefined) {
    const steps = Number(values.down);
    if (!Number.isInteger(steps) || steps < 1) throw new Error('--down takes the number of migrations to take back.');
    const undone = await migrateDown(ownerUrl.href, steps);
    return undone.length > 0 ? `Taken back: ${undone.join(', ')}` : 'There was nothing to take back.';
  }
  const adminUrl = env['DATABASE_URL_ADMIN'];
  if (adminUrl) {
    await bootstrapDatabase({
      adminUrl,
      database: decodeURIComponent(ownerUrl.pathname.slice(1)),
      passwords: {
        owner: passwordOf(ownerUrl),
        app: passwordOf(urlOf(env, 'DATABASE_URL', 'the database, as tenon_app')),
        system: passwordOf(urlOf(env, 'DATABASE_URL_SYSTEM', 'the database, as tenon_system')),
      },
    });
  }
  const done = await migrate(ownerUrl.href);
  return done.length > 0 ? `Migrated: ${done.join(', ')}` : 'The database is up to date.';
}

function urlOf(env: NodeJS.ProcessEnv, name: string, what: string): URL {
  const value = env[name];
  if (!value || !URL.canParse(value)) throw new Error(`${name} must be set to the address of ${what}.`);
  return new URL(value);
}

function passwordOf(url: URL): string {
  return decodeURIComponent(url.password);
}

main(process.env, process.argv.slice(2)).then(
  (line) => process.stdout.write(`${line}\n`),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  },
);
