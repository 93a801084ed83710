// `npm run -s template-health -- …`: scripts/template-health.ts for the stack that `npm start` runs; with the
// credentials of a GitHub set, for that one.
import { main } from '../scripts/template-health.ts';
import { stateDir } from './paths.ts';
import { ensureSecrets } from './secrets.ts';
import { readStackFile, urlOf } from './supervisor/stack-file.ts';

await main(
  process.argv.slice(2),
  process.env['TENON_GITHUB_TOKEN'] || process.env['TENON_GITHUB_APP_ID']
    ? process.env
    : { ...process.env, ...(await ofStack()) },
);

async function ofStack(): Promise<NodeJS.ProcessEnv> {
  const stack = readStackFile();
  if (stack?.state !== 'running') return {};
  return {
    TENON_GITHUB_API_BASE: `${urlOf(stack, 'github')}/api/v3`,
    TENON_GITHUB_TOKEN: (await ensureSecrets(stateDir)).githubToken,
    TENON_GITHUB_ACTIONS_WORKFLOW_FILE: 'tenon-ci.yml',
    TENON_GITHUB_TEMPLATE_OWNER: 'tenon-hire-dev',
    TEMPORAL_ADDRESS: urlOf(stack, 'temporal'),
    TEMPORAL_UI_URL: urlOf(stack, 'temporal', 'ui'),
  };
}
