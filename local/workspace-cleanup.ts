// `npm run -s workspace-cleanup [-- --days N] [--apply]`: scripts/workspace-cleanup.ts for the stack that `npm start` runs; with
// DATABASE_URL set, for the installation whose settings these are.
import { main } from '../scripts/workspace-cleanup.ts';
import { appEnvironment } from './environment.ts';
import { stateDir } from './paths.ts';
import { makePlan, type PortName } from './plan.ts';
import { ensureSecrets } from './secrets.ts';
import type { Ports } from './supervisor/choose-ports.ts';
import { readStackFile } from './supervisor/stack-file.ts';

await main(process.argv.slice(2), process.env['DATABASE_URL'] ? process.env : { ...process.env, ...(await ofStack()) });

async function ofStack(): Promise<NodeJS.ProcessEnv> {
  const stack = readStackFile();
  if (stack?.state !== 'running') return {};
  const ports = Object.assign({}, ...stack.components.map(({ ports }) => ports)) as Ports<PortName>;
  const { addresses, secrets } = makePlan(ports, await ensureSecrets(stateDir));
  return appEnvironment(addresses, secrets);
}
