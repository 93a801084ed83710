// `npm run build [-- folder]`: `dist/` (or that folder) as production runs it, plain JavaScript plus the prebuilt workflow bundle.
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { checkoutDir } from '../local/paths.ts';
import { runTool } from '../local/tool.ts';

const LIMIT_MS = 5 * 60_000;
const dist = resolve(process.argv[2] ?? join(checkoutDir, 'dist'));
const workflows = join(checkoutDir, 'workflows', 'index.ts');

try {
  await rm(dist, { recursive: true, force: true });
  await compile();
  const copied = await copyAssets();
  const bytes = await bundleWorkflows();
  process.stdout.write(
    `built ${relative(checkoutDir, dist)}/: ${copied} assets, workflow bundle ${(bytes / 1024 / 1024).toFixed(2)} MiB\n`,
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function compile(): Promise<void> {
  const tsc = join(checkoutDir, 'node_modules', 'typescript', 'bin', 'tsc');
  await runTool(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', dist], {
    cwd: checkoutDir,
    timeoutMs: LIMIT_MS,
  });
}

/** What lies beside the sources of what is compiled and is no source: tsc leaves it behind. */
async function copyAssets(): Promise<number> {
  const config = JSON.parse(await readFile(join(checkoutDir, 'tsconfig.build.json'), 'utf8')) as { include: string[] };
  const folders = config.include
    .filter((pattern) => pattern.endsWith('/**/*.ts'))
    .map((pattern) => pattern.split('/')[0] ?? '');
  let copied = 0;
  for (const folder of folders) {
    const names = await readdir(join(checkoutDir, folder), { recursive: true }).catch(() => []);
    for (const name of names.filter((file) => !file.endsWith('.ts'))) {
      const from = join(checkoutDir, folder, name);
      if (!(await stat(from)).isFile()) continue;
      await mkdir(dirname(join(dist, folder, name)), { recursive: true });
      await copyFile(from, join(dist, folder, name));
      copied += 1;
    }
  }
  return copied;
}

async function bundleWorkflows(): Promise<number> {
  const missing = await stat(workflows).then(
    () => false,
    () => true,
  );
  if (missing) throw new Error(`There is no ${workflows}: the worker has no workflows to run.`);
  const { code } = await bundleWorkflowCode({ workflowsPath: workflows });
  await writeFile(join(dist, 'workflow-bundle.js'), code);
  return Buffer.byteLength(code);
}
