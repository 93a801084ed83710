// `npm run -s session -- <id>`: a candidate session's timeline, from the stack that `npm start` runs; with DATABASE_URL set, from there.
import { main } from '../scripts/session.ts';
import { stateDir } from './paths.ts';
import { databaseName } from './plan.ts';
import { ensureSecrets } from './secrets.ts';
import { readStackFile, urlOf } from './supervisor/stack-file.ts';

await main(process.argv.slice(2), process.env['DATABASE_URL'] ? process.env : { ...process.env, ...(await ofStack()) });

async function ofStack(): Promise<NodeJS.ProcessEnv> {
  const stack = readStackFile();
  if (stack?.state !== 'running') return {};
  const url = new URL(urlOf(stack, 'postgres'));
  url.username = 'tenon_app';
  url.password = (await ensureSecrets(stateDir)).postgresApp;
  url.pathname = `/${databaseName}`;
  return { DATABASE_URL: url.href, TEMPORAL_UI_URL: urlOf(stack, 'temporal', 'ui') };
}
