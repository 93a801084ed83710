import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';

/** The workflows as one script. */
export interface WorkflowBundle {
  readonly source: WorkflowBundleOption;
  /** Names the code in histories. Short, because every workflow task stores it: the SDK's own has 90 characters. */
  readonly buildId: string;
}

const fromSource = import.meta.url.endsWith('.ts'); // tsc rewrites imports, not strings

/** Made at build time in production, now when running from source. */
export async function workflowBundle(): Promise<WorkflowBundle> {
  if (!fromSource) {
    const codePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
    return { source: { codePath }, buildId: buildIdOf(await readFile(codePath, 'utf8')) };
  }
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  return { source: { code }, buildId: buildIdOf(code) };
}

function buildIdOf(code: string): string {
  return createHash('sha256').update(code).digest('hex').slice(0, 12);
}

const ignore = (): void => undefined;
const quiet = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
