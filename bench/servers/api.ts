import { startChild, type Child } from '../harness/child.ts';
import type { TestDatabase } from '../../test/support/database.ts';
import { testEnvironment } from '../../test/support/settings.ts';

/** Both the API that is measured and the tokens that the benchmark makes name this issuer. */
export const publicUrl = 'http://tenon.bench.test';

export interface ApiOptions {
  readonly database: TestDatabase;
  readonly dir: string;
  /** Node's own arguments, and the file. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The real API as its own process, with production's level of logging; what it logs goes to a file. */
export function startApiProcess({ database, dir, args, environment }: ApiOptions): Promise<Child> {
  return startChild({
    dir,
    ready: 'listening',
    args: [...profiling(), ...(args ?? ['--import', 'tsx', 'api/server.ts'])],
    env: testEnvironment({
      LOG_LEVEL: 'info',
      HOST: '127.0.0.1',
      PORT: '0',
      TENON_PUBLIC_URL: publicUrl,
      DATABASE_URL: database.appUrl,
      DATABASE_URL_SYSTEM: database.systemUrl,
      ...environment,
    }),
  });
}

/** With `TENON_BENCH_PROFILE=<folder>` the process leaves a CPU profile there, for the browser's developer tools. */
function profiling(): string[] {
  const folder = process.env['TENON_BENCH_PROFILE'];
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}
