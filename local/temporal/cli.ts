import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDir } from '../paths.ts';
import { findProgram, isExecutable } from '../programs.ts';
import { runTool } from '../tool.ts';
import { downloadBySdk, inFreshFolder } from './download.ts';

const VERSION = '1.5.1';
const BUILD_TIMEOUT_MS = 30 * 60_000; // three minutes on two cores, more on a small machine
const PROGRESS_MS = 5_000;

export interface CliSources {
  readonly env: NodeJS.ProcessEnv;
  /** Tried after PATH and cache, before a build. */
  readonly download: typeof downloadBySdk;
}

/**
 * The Temporal command line tool, which contains the dev server: from PATH, the cache, the SDK's download, or built by Go
 * into the cache. @throws with one sentence that says what to install.
 */
export async function ensureTemporalCli(
  log: (line: string) => void,
  { env, download }: CliSources = { env: process.env, download: downloadBySdk },
): Promise<string> {
  const installed = findProgram('temporal', env['PATH']);
  if (installed !== undefined) return installed;
  const cached = join(cacheDir(env), `temporal-${VERSION}`, 'temporal');
  if (isExecutable(cached)) return cached;
  if (await download('dev-server', `v${VERSION}`, cached)) return cached;
  const go = findProgram('go', env['PATH']);
  if (go === undefined) {
    throw new Error(
      'The Temporal server cannot be downloaded here: install the Temporal CLI (put `temporal` on PATH) or Go 1.23 or newer to build it.',
    );
  }
  await buildByGo(go, cached, env, log);
  return cached;
}

async function buildByGo(
  go: string,
  target: string,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<void> {
  const startedAt = Date.now();
  let phase = 'starting';
  const report = (): void => log(`Building Temporal ${VERSION}: ${elapsed(startedAt)}, ${phase}`);
  log(`Building the Temporal server ${VERSION} from source, once (about three minutes) …`);
  const progress = setInterval(report, PROGRESS_MS);
  try {
    await inFreshFolder(dirname(target), async (dir) => {
      await runTool(go, ['install', '-v', `github.com/temporalio/cli/cmd/temporal@v${VERSION}`], {
        cwd: dir,
        env: { ...env, GOBIN: dir, GOFLAGS: '', CGO_ENABLED: '0' }, // no C compiler needed
        timeoutMs: BUILD_TIMEOUT_MS,
        onLine: (line) => {
          phase = line.startsWith('go: ') ? line.slice('go: '.length) : `compiling ${line}`;
        },
      });
      await rename(join(dir, 'temporal'), target);
    });
  } catch (error) {
    throw new Error('Building Temporal failed: install the Temporal CLI (put `temporal` on PATH) and try again.', {
      cause: error,
    });
  } finally {
    clearInterval(progress);
  }
  log(`Temporal ${VERSION} built in ${elapsed(startedAt)}.`);
}

function elapsed(startedAt: number): string {
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
